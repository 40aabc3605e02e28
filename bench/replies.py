"""Replies of a Jellyfin, made up in the shapes and sizes of a real one's."""
import json
import random
import time

COMMANDS = """MoveUp MoveDown MoveLeft MoveRight PageUp PageDown PreviousLetter NextLetter ToggleOsd ToggleContextMenu Select
Back SendKey SendString GoHome GoToSettings VolumeUp VolumeDown Mute Unmute ToggleMute SetVolume SetAudioStreamIndex
SetSubtitleStreamIndex DisplayContent GoToSearch DisplayMessage SetRepeatMode SetShuffleQueue ChannelUp ChannelDown PlayMediaSource
PlayTrailers""".split()
CLIENTS = [("Jellyfin Web", "Firefox"), ("Jellyfin Android TV", "Wohnzimmer-Fernseher"), ("Kodi", "Küche"), ("Finamp", "Telefon")]
USERS = ["Anna", "Björn", "Carla", "Dmitri", "Élodie", "Farid"]
SYLLABLES = "ba da fi go ka le mi no pa re su ta ve wo zu än".split()
NEVER = "0001-01-01T00:00:00.0000000Z"


def stamp(seconds_ago=0.0):
    """A time as .NET writes it."""
    moment = time.time() - seconds_ago
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 1e7):07d}Z"


def encoded(value):
    """JSON as .NET writes it: no blanks, and everything but ASCII escaped."""
    return json.dumps(value, separators=(",", ":")).encode()


class Maker:
    """Makes the same household again for the same seed, except for the times."""

    def __init__(self, seed=1):
        self.dice = random.Random(seed)

    def guid(self):
        return f"{self.dice.getrandbits(128):032x}"

    def words(self, count):
        return " ".join("".join(self.dice.choices(SYLLABLES, k=self.dice.randint(1, 3))).capitalize() for _ in range(count))

    def stream(self, index):
        kind = "Video" if index == 0 else "Audio" if index < 3 else "Subtitle"
        stream = {"Codec": {"Video": "hevc", "Audio": "eac3", "Subtitle": "subrip"}[kind], "Language": "ger", "TimeBase": "1/1000",
                  "VideoRange": "SDR", "VideoRangeType": "SDR", "AudioSpatialFormat": "None", "DisplayTitle": self.words(3),
                  "IsInterlaced": False, "IsAVC": False, "IsDefault": index < 2, "IsForced": False, "IsHearingImpaired": False,
                  "Type": kind, "Index": index, "IsExternal": False, "IsTextSubtitleStream": kind == "Subtitle",
                  "SupportsExternalStream": kind == "Subtitle", "Level": 120}
        if kind == "Video":
            stream |= {"ColorSpace": "bt709", "ColorTransfer": "bt709", "ColorPrimaries": "bt709", "BitRate": 5312044, "BitDepth": 8,
                       "RefFrames": 1, "Height": 1080, "Width": 1920, "AverageFrameRate": 23.976025,
                       "RealFrameRate": 23.976025, "ReferenceFrameRate": 23.976025, "Profile": "Main",
                       "AspectRatio": "16:9", "PixelFormat": "yuv420p"}
        elif kind == "Audio":
            stream |= {"ChannelLayout": "5.1", "BitRate": 640000, "Channels": 6, "SampleRate": 48000,
                       "Profile": "Dolby Digital Plus"}
        return stream

    def item(self):
        """What plays, with all that a server sends of it: chapters, streams, people, genres."""
        name, folder = self.words(3), self.guid()
        people = [{"Name": self.words(2), "Id": self.guid(), "Role": self.words(1), "Type": "Actor",
                   "PrimaryImageTag": self.guid(), "ImageBlurHashes": {"Primary": {self.guid(): "d7C%Qw00M{9F?bRjt7ay"}}}
                  for _ in range(self.dice.randint(4, 8))]
        chapters = [{"StartPositionTicks": number * 3000000000, "Name": f"Chapter {number + 1}", "ImageDateModified": NEVER}
                    for number in range(self.dice.randint(6, 14))]
        return {"Name": name, "OriginalTitle": name, "ServerId": folder, "Id": self.guid(), "Etag": self.guid(),
                "DateCreated": stamp(1e7), "CanDelete": False, "CanDownload": False, "HasSubtitles": True, "Container": "mkv",
                "SortName": name.lower(), "PremiereDate": stamp(3e8), "CriticRating": 76, "OfficialRating": "FSK-12",
                "ExternalUrls": [{"Name": "IMDb", "Url": f"https://www.imdb.com/title/tt{self.dice.randint(1, 9999999):07d}"}],
                "Path": f"/media/Films/{name}/{name} - 1080p.mkv", "EnableMediaSourceDisplay": True, "ChannelId": None,
                "Overview": f"„{self.words(20)}“, {self.words(30)}.", "Taglines": [self.words(6)], "Genres": ["Drama", "Comedy"],
                "CommunityRating": 7.4, "RunTimeTicks": 64558720000, "ProductionYear": 1998, "ProviderIds": {"Tmdb": "584"},
                "IsFolder": False, "ParentId": folder, "Type": "Movie", "People": people, "LocalTrailerCount": 0,
                "Studios": [{"Name": self.words(2), "Id": self.guid()}], "SpecialFeatureCount": 0, "DisplayPreferencesId": folder,
                "GenreItems": [{"Name": "Drama", "Id": self.guid()}, {"Name": "Comedy", "Id": self.guid()}], "Tags": [],
                "PrimaryImageAspectRatio": 0.6666667,
                "MediaStreams": [self.stream(index) for index in range(self.dice.randint(3, 6))],
                "VideoType": "VideoFile", "ImageTags": {"Primary": self.guid(), "Logo": self.guid()},
                "BackdropImageTags": [self.guid()], "ImageBlurHashes": {"Backdrop": {self.guid(): "WHC6S=xu0KIU%MRj~qWBofM{oft7"}},
                "Chapters": chapters, "LocationType": "FileSystem", "MediaType": "Video", "LockedFields": [], "LockData": False,
                "Width": 1920, "Height": 1080}

    def session(self, number=0, ago=86400.0, item=None, paused=False, check_in=None):
        """A session that was last seen so many seconds ago; with an item, one that plays or has paused."""
        client, device = CLIENTS[number % len(CLIENTS)]
        # Of the web client and its like, which can be controlled; others can do little, and say little.
        commands = COMMANDS if number % 4 < 2 else ["DisplayMessage"]
        session = {"PlayState": {"CanSeek": item is not None, "IsPaused": paused, "IsMuted": False, "RepeatMode": "RepeatNone",
                                 "PlaybackOrder": "Default"},
                   "AdditionalUsers": [],
                   "Capabilities": {"PlayableMediaTypes": ["Audio", "Video"], "SupportedCommands": commands,
                                    "SupportsMediaControl": True, "SupportsPersistentIdentifier": False},
                   "RemoteEndPoint": f"192.168.1.{number % 250 + 2}", "PlayableMediaTypes": ["Audio", "Video"], "Id": self.guid(),
                   "UserId": self.guid(), "UserName": USERS[number % len(USERS)], "Client": client, "LastActivityDate": stamp(ago),
                   "LastPlaybackCheckIn": NEVER if item is None else stamp(ago if check_in is None else check_in),
                   "DeviceName": device, "DeviceId": f"{self.guid()}{number}", "ApplicationVersion": "10.11.6", "IsActive": True,
                   "SupportsMediaControl": True, "SupportsRemoteControl": True, "NowPlayingQueue": [],
                   "NowPlayingQueueFullItems": [], "HasCustomDeviceName": False, "ServerId": "f0" * 16,
                   "UserPrimaryImageTag": self.guid(), "SupportedCommands": commands}
        if item is not None:
            session["NowPlayingItem"] = item
            session["PlayState"] |= {"PositionTicks": self.dice.randint(0, 64558720000), "VolumeLevel": 100, "AudioStreamIndex": 1,
                                     "SubtitleStreamIndex": -1, "MediaSourceId": item["Id"], "PlayMethod": "DirectPlay"}
            session["NowPlayingQueue"] = [{"Id": item["Id"], "PlaylistItemId": "playlistItem0"}]
        if paused:
            session["LastPausedDate"] = stamp(ago)
        return session

    def device(self, number=0, ago=86400.0):
        client, name = CLIENTS[number % len(CLIENTS)]
        return {"Name": name, "Id": f"{self.guid()}{number}", "LastUserName": USERS[number % len(USERS)], "AppName": client,
                "AppVersion": "10.11.6", "LastUserId": self.guid(), "DateLastActivity": stamp(ago),
                "Capabilities": {"PlayableMediaTypes": [], "SupportedCommands": [], "SupportsMediaControl": False,
                                 "SupportsPersistentIdentifier": True}}

    def devices(self, count):
        devices = [self.device(number, ago=86400 + number) for number in range(count)]
        return {"Items": devices, "TotalRecordCount": count, "StartIndex": 0}
