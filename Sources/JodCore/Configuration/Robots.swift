/// Clients that ask Jellyfin in a user's name though nobody is there: home automation, request managers, statistics. What
/// stands in `Client` is what their sources send in `Authorization`.
enum Robots {
  static let clients = [
    // home-assistant/core, homeassistant/components/jellyfin/const.py: USER_APP_NAME
    "Home Assistant",
    // openhab/openhab-addons, org.openhab.binding.jellyfin, JellyfinServerHandler.java: ClientInfo
    "openHAB",
    // fallenbagel/jellyseerr and seerr-team/seerr, server/api/jellyfin.ts: authHeaderVal, before and after it was renamed
    "Jellyseerr", "Seerr",
    // Ombi-app/Ombi, src/Ombi.Api.Jellyfin/JellyfinApi.cs: LogIn
    "Ombi",
    // connorgallopo/Tracearr, apps/server/src/services/mediaServer/jellyfin/client.ts: CLIENT_NAME
    "Tracearr",
    // luigi311/JellyPlex-Watched, src/jellyfin.py: authorization
    "JellyPlex-Watched",
    // Schaka/janitorr, JellyfinClientConfig.kt: getUserInfo
    "Janitorr",
  ]

  /// The default of `IGNORE_CLIENTS`.
  static let patterns = clients.map(Pattern.init)
}
