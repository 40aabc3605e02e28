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
    // fredrikburmester/streamystats, apps/nextjs-app/lib/jellyfin-auth.ts: jellyfinHeaders
    "Streamystats",
    // hrfee/jfa-go, config/config-base.yaml: client
    "jfa-go",
  ]

  /// The default of `IGNORE_CLIENTS`.
  static let patterns = clients.map(Pattern.init)

  static let accepted = "\(Pattern.accepted); with a + before the first, they are added to the known robots"

  /// Reads a value of `IGNORE_CLIENTS`: a list of one's own, or behind a plus sign what is added to the default.
  static func list(_ text: String) -> [Pattern]? {
    guard text.hasPrefix("+") else { return Pattern.list(text) }
    return Pattern.list(String(text.dropFirst())).map { patterns + $0 }
  }
}
