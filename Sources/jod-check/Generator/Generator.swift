import Glibc
import JodCore

/// `jod-check-generator`: carries `CHECK_INTERVAL` and `LISTEN_ADDRESS` from `/etc/default/jod-check` into the timer and the
/// socket (systemd.generator(7)).
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
      for unit in [GeneratedUnit.timer, .socket] {
        generate(unit, from: environment, under: arguments[1], root)
      }
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
        let folder = "\(directory)/\(unit.name).d"
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw SystemError("create \(folder)") }
        try Files.replace("\(folder)/\(name)", with: Array(content.utf8), mode: 0o644, durable: false)
      }
    } catch {
      log("\(error); \(unit.name) keeps its own value")
    }
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
