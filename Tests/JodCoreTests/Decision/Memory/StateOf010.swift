/// State files that jod-check 0.1.0 wrote, of households in each of its situations; laid out for reading.
enum StateOf010 {
  static let waking = #"""
    {
      "activity": {
        "is_active": true,
        "since": { "boot": 17872.198, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.074Z" }
      },
      "counters": {
        "failed_power_offs": 0,
        "failed_wakes": 0,
        "jellyfin_failures": 0,
        "key_rejections": 0,
        "packet_failures": 0,
        "power": {
          "carried": 0,
          "off": 0,
          "on": 0,
          "power": "on",
          "since": { "boot": 17872.198, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.074Z" }
        },
        "power_offs": 0,
        "refused_power_offs": 0,
        "time_to_ready": {
          "counts": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          "last": [],
          "sum": 0
        },
        "wake_requests": 1,
        "wakes": 1
      },
      "is_presumed_on": true,
      "last_wake_request": { "boot": 17872.198, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.075Z" },
      "serial": 2,
      "storage": {
        "known": "up",
        "since": { "boot": 17872.198, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.074Z" }
      },
      "version": 1,
      "wake": {
        "began": { "boot": 17872.198, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.074Z" },
        "failed": false,
        "requests": 1
      }
    }
    """#

  static let stopping = #"""
    {
      "activity": {
        "is_active": false,
        "since": { "boot": 17872.572, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.449Z" }
      },
      "counters": {
        "failed_power_offs": 0,
        "failed_wakes": 0,
        "jellyfin_failures": 0,
        "key_rejections": 0,
        "packet_failures": 0,
        "power": {
          "carried": 0,
          "off": 0,
          "on": 0,
          "power": "on",
          "since": { "boot": 17872.572, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.449Z" }
        },
        "power_offs": 1,
        "refused_power_offs": 0,
        "time_to_ready": {
          "counts": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          "last": [],
          "sum": 0
        },
        "wake_requests": 0,
        "wakes": 0
      },
      "found_ready": { "boot": 17872.572, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.449Z" },
      "is_presumed_on": false,
      "serial": 3,
      "stopping": {
        "is_accepted": true,
        "since": { "boot": 17872.816, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.693Z" }
      },
      "storage": {
        "known": "ready",
        "since": { "boot": 17872.572, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.449Z" }
      },
      "version": 1,
      "was_ready_since_down": true
    }
    """#

  static let busy = #"""
    {
      "activity": {
        "is_active": false,
        "since": { "boot": 17872.933, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.810Z" }
      },
      "counters": {
        "failed_power_offs": 0,
        "failed_wakes": 0,
        "jellyfin_failures": 0,
        "key_rejections": 0,
        "packet_failures": 0,
        "power": {
          "carried": 0,
          "off": 0,
          "on": 0,
          "power": "on",
          "since": { "boot": 17872.933, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.810Z" }
        },
        "power_offs": 0,
        "refused_power_offs": 1,
        "time_to_ready": {
          "counts": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          "last": [],
          "sum": 0
        },
        "wake_requests": 0,
        "wakes": 0
      },
      "found_ready": { "boot": 17872.933, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.810Z" },
      "power_off_failure": {
        "at": { "boot": 17873.189, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.066Z" },
        "is_busy": true,
        "words": "The storage is busy: a backup runs"
      },
      "serial": 3,
      "storage": {
        "known": "ready",
        "since": { "boot": 17872.933, "boot_id": "boot-1", "wall": "2026-11-30T14:07:52.810Z" }
      },
      "version": 1,
      "was_ready_since_down": true
    }
    """#

  static let failed = #"""
    {
      "activity": {
        "is_active": false,
        "since": { "boot": 17873.289, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.166Z" }
      },
      "counters": {
        "failed_power_offs": 1,
        "failed_wakes": 0,
        "jellyfin_failures": 0,
        "key_rejections": 0,
        "packet_failures": 0,
        "power": {
          "carried": 0,
          "off": 0,
          "on": 0,
          "power": "on",
          "since": { "boot": 17873.289, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.166Z" }
        },
        "power_offs": 0,
        "refused_power_offs": 0,
        "time_to_ready": {
          "counts": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          "last": [],
          "sum": 0
        },
        "wake_requests": 0,
        "wakes": 0
      },
      "found_ready": { "boot": 17873.289, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.166Z" },
      "power_off_failure": {
        "at": { "boot": 17873.568, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.445Z" },
        "is_busy": false,
        "words": "The storage could not be powered off: SHUTDOWN_COMMAND ended with status 1. no route"
      },
      "serial": 3,
      "storage": {
        "known": "ready",
        "since": { "boot": 17873.289, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.166Z" }
      },
      "version": 1,
      "was_ready_since_down": true
    }
    """#

  static let held = #"""
    {
      "activity": {
        "is_active": false,
        "since": { "boot": 17873.688, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.565Z" }
      },
      "counters": {
        "failed_power_offs": 0,
        "failed_wakes": 0,
        "jellyfin_failures": 0,
        "key_rejections": 0,
        "packet_failures": 0,
        "power": {
          "carried": 0,
          "off": 0,
          "on": 0,
          "power": "on",
          "since": { "boot": 17873.688, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.565Z" }
        },
        "power_offs": 0,
        "refused_power_offs": 0,
        "time_to_ready": {
          "counts": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          "last": [],
          "sum": 0
        },
        "wake_requests": 0,
        "wakes": 0
      },
      "found_ready": { "boot": 17873.688, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.565Z" },
      "hold": {
        "began": { "boot": 17873.75, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.626Z" },
        "seconds": 10800
      },
      "serial": 2,
      "storage": {
        "known": "ready",
        "since": { "boot": 17873.688, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.565Z" }
      },
      "version": 1,
      "was_ready_since_down": true
    }
    """#

  static let owing = #"""
    {
      "activity": {
        "is_active": true,
        "since": { "boot": 17874.185, "boot_id": "boot-1", "wall": "2026-11-30T14:07:54.062Z" }
      },
      "counters": {
        "failed_power_offs": 0,
        "failed_wakes": 0,
        "jellyfin_failures": 0,
        "key_rejections": 0,
        "packet_failures": 0,
        "power": {
          "carried": 0,
          "off": 0,
          "on": 0,
          "power": "on",
          "since": { "boot": 17873.848, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.724Z" }
        },
        "power_offs": 1,
        "refused_power_offs": 0,
        "time_to_ready": {
          "counts": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          "last": [],
          "sum": 0
        },
        "wake_requests": 0,
        "wakes": 0
      },
      "found_ready": { "boot": 17873.848, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.724Z" },
      "is_presumed_on": false,
      "owed_wake": {
        "client": "Jellyfin Web",
        "device": "Firefox",
        "kind": "browsing",
        "user": "Anna",
        "wakes": true
      },
      "serial": 4,
      "stopping": {
        "is_accepted": true,
        "since": { "boot": 17874.062, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.939Z" }
      },
      "storage": {
        "known": "ready",
        "since": { "boot": 17873.848, "boot_id": "boot-1", "wall": "2026-11-30T14:07:53.724Z" }
      },
      "version": 1,
      "was_ready_since_down": true
    }
    """#
}
