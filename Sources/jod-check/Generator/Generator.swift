import Glibc
import JodCore

/// `jod-check-generator`: carries `CHECK_INTERVAL`, `LISTEN_ADDRESS`, `STORAGE_MOUNTS` and `JELLYFIN_LOG_DIRECTORY` from
/// `/etc/default/jod-check` into units (systemd.generator(7)).
///
/// It runs early at every boot and `daemon-reload`, so it never fails: with a bad value a unit keeps its own.
enum Generator {
  /// Returns the exit status, 0. The first argument after the name is where drop-ins of normal priority go.
  static func run(_ arguments: [String], root: String = "") -> Int32 {
    guard arguments.count == 2 || arguments.count == 4 else {
      log(
        "started without the directories that systemd hands to a generator (systemd.generator(7)); nothing was written"
      )
      return 0
    }
    do {
      let environment = try Settings.defaults(root + Settings.defaultsFile)
      for unit in [GeneratedUnit.timer, .socket, .path] {
        generate(unit, from: environment, under: arguments[1], root)
      }
      generateWatch(environment, under: arguments[1])
      generateMounts(environment, under: arguments[1], root)
    } catch {
      log("\(error); the units keep their own values")
    }
    return 0
  }

  private static func generate(
    _ unit: GeneratedUnit, from environment: [String: String], under directory: String, _ root: String
  ) {
    let text = environment[unit.variable] ?? ""
    if unit.isReplaced(root) { return }
    let edit = unit.edit(root)
    var value: String?
    if !edit.isReset, !edit.has(unit.key), !text.isEmpty {
      value = unit.value(text)
      if value == nil { log(refusal(unit, of: text, environment)) }
    }
    do throws(SystemError) {
      for (name, content) in unit.dropIns(value, edit) {
        try write(content, to: name, of: unit.name, under: directory)
      }
    } catch {
      log("\(error); \(unit.name) keeps its own value")
    }
  }

  /// Has the timer start the watch over Jellyfin's log, and tells its service the folder.
  private static func generateWatch(_ environment: [String: String], under directory: String) {
    guard let folder = Configuration.jellyfinLogDirectory(in: environment) else { return }
    let text = """
      # Made by jod-check-generator from JELLYFIN_LOG_DIRECTORY in \(Settings.defaultsFile).
      [Service]
      \(UnitFile.environment("JELLYFIN_LOG_DIRECTORY", folder))

      """
    let (wants, path) = ("\(directory)/jod-check.timer.wants", GeneratedUnit.path.name)
    do throws(SystemError) {
      try write(text, to: GeneratedUnit.path.dropIn, of: "jod-check-jellyfin.service", under: directory)
      try Files.makeFolder(wants, mode: 0o755)
      guard symlink("/usr/lib/systemd/system/\(path)", "\(wants)/\(path)") == 0 || errno == EEXIST else {
        throw SystemError("link \(wants)/\(path)")
      }
    } catch {
      log("\(error); nobody looks at Jellyfin's log")
    }
  }

  /// Hangs the mounts of `STORAGE_MOUNTS` on the service that wakes the storage server.
  private static func generateMounts(
    _ environment: [String: String], under directory: String, _ root: String
  ) {
    guard let mounts = Configuration.storageMounts(in: environment) else {
      let secrets = Disclosure.secrets(in: environment)
      let shown = Disclosure.shown("STORAGE_MOUNTS", environment["STORAGE_MOUNTS"] ?? "", hiding: secrets)
      log(
        "STORAGE_MOUNTS in \(Settings.defaultsFile) is \(shown), which is not understood; accepted: \(Configuration.acceptedStorageMounts); no access wakes the storage server"
      )
      return
    }
    let units = MountUnits(root: root)
    do throws(SystemError) {
      for mount in mounts {
        if let refusal = units.refusal(of: mount) {
          log("\(refusal.sentence(mount)); an access there does not wake the storage server")
          continue
        }
        for (unit, text) in GeneratedMount.dropIns(mount) {
          try write(text, to: GeneratedMount.dropIn, of: unit, under: directory)
        }
      }
      let names = mounts.compactMap { UnitName.ofPath($0, ".mount") }
      if !names.isEmpty {
        let text = GeneratedMount.list(names)
        try write(text, to: "0-storage-mounts.conf", of: "jod-check-offline.service", under: directory)
      }
    } catch {
      log("\(error); an access does not wake the storage server")
    }
  }

  private static func write(
    _ text: String, to name: String, of unit: String, under directory: String
  ) throws(SystemError) {
    let folder = "\(directory)/\(unit).d"
    try Files.makeFolder(folder, mode: 0o755)
    try Files.replace("\(folder)/\(name)", with: Array(text.utf8), mode: 0o644, durable: false)
  }

  /// A secret may have been pasted into the wrong line.
  static func refusal(_ unit: GeneratedUnit, of text: String, _ environment: [String: String]) -> String {
    let shown = Disclosure.shown(unit.variable, text, hiding: Disclosure.secrets(in: environment))
    return
      "\(unit.variable) in \(Settings.defaultsFile) is \(shown), which is not understood; accepted: \(unit.accepted); \(unit.name) keeps its own"
  }

  /// Generators run before there is a journal, so they log to the kernel's ring buffer, which journald reads later.
  private static func log(_ sentence: String) {
    let line = "<4>jod-check-generator[\(getpid())]: \(sentence)\n"
    let descriptor = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY)
    if descriptor >= 0, isatty(STDERR_FILENO) == 0 {
      defer { close(descriptor) }
      if (try? Files.write(Array(line.utf8), to: descriptor, name: "/dev/kmsg")) != nil { return }
    }
    // In a container there is no such buffer. The journal is there by then, or nobody is told.
    Journal.send([["MESSAGE": sentence, "PRIORITY": "4", "SYSLOG_IDENTIFIER": "jod-check-generator"]])
    Output.complain(sentence)
  }
}
