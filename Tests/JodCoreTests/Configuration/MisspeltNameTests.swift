import Testing

@testable import JodCore

@Suite("A variable whose name is nearly one of ours")
struct MisspeltNameTests {
  @Test(
    "it is told with the likely name",
    arguments: [
      ("COOLDWN_TIME", "COOLDOWN_TIME"), ("STORAGE_SERVER_ADRESS", "STORAGE_SERVER_ADDRESS"),
      ("JELLYFIN_URL", "JELLYFIN_API_URL"), ("JELLYFIN_APIKEY", "JELLYFIN_API_KEY"),
      ("cooldown_time", "COOLDOWN_TIME"), ("export CHECK_INTERVAL", "CHECK_INTERVAL"),
      ("export COOLDWN_TIME", "COOLDOWN_TIME"), ("CHECK_INTERVALL", "CHECK_INTERVAL"),
      ("IGNORE_USER", "IGNORE_USERS"), ("DRYRUN", "DRY_RUN"),
    ])
  func slips(name: String, likely: String) {
    #expect(MisspeltName.among([name]).map(\.likely) == [likely])
  }

  @Test("every name with any letter left out finds itself", arguments: Configuration.variables)
  func lettersLeftOut(name: String) {
    for index in name.indices {
      var slip = name
      slip.remove(at: index)
      let near = MisspeltName.among([slip]).map(\.likely)
      // Where two are as near, either is help enough.
      #expect(near.count == 1, "\(slip)")
    }
  }

  @Test("names of ours are none, and there are many")
  func ours() {
    #expect(Configuration.variables.count > 30)
    #expect(Configuration.variables.contains("STORAGE_SERVER_MAC"))
    #expect(Set(Configuration.variables).count == Configuration.variables.count)
    #expect(MisspeltName.among(Configuration.variables).isEmpty)
  }

  @Test("names that systemd and shells set are not misspelt either")
  func others() {
    let names = [
      "PATH", "LANG", "LANGUAGE", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "TERM", "_", "SHLVL",
      "INVOCATION_ID",
      "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "CREDENTIALS_DIRECTORY",
      "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "MEMORY_PRESSURE_WATCH",
      "MEMORY_PRESSURE_WRITE", "TRIGGER_UNIT", "TRIGGER_TIMER_REALTIME_USEC", "TRIGGER_TIMER_MONOTONIC_USEC",
      "MANAGERPID", "SYSTEMD_NSS_DYNAMIC_BYPASS", "NO_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
      "LC_ALL",
      "LC_CTYPE", "TZ", "DEBIAN_FRONTEND", "container", "container_uuid", "FDSTORE",
    ]
    #expect(MisspeltName.among(names).map(\.name) == [])
  }

  @Test("a file's are told by their lines, with anything around them, and no value is shown")
  func lines() {
    let text = """
      # COOLDWN_TIME=1
      COOLDOWN_TIME=1h
      COOLDWN_TIME="two
      lines"
        JELLYFIN_API_KY=secret
      FOO=\\
      BAR
      export DRY_RUN=yes

      """
    let found = MisspeltName.inFile(text)
    #expect(found.map(\.name) == ["COOLDWN_TIME", "JELLYFIN_API_KY", "export DRY_RUN"])
    #expect(found.map(\.line) == [3, 5, 8])
    #expect(
      Warning.misspelt(found[0]).words
        == "\"COOLDWN_TIME\" in line 3 of /etc/default/jod-check is not read by anything: perhaps COOLDOWN_TIME is meant. Correct the name, or remove it."
    )
    #expect(!found.contains { Warning.misspelt($0).words.contains("secret") })
  }
}
