import Testing

@testable import JodCore

@Suite("What is shown of a value")
struct DisclosureTests {
  @Test(
    "of a command its first word, of any kind",
    arguments: [
      ("ipmitool -H nas -P s3cret chassis power soft", "ipmitool …"), ("ipmitool", "ipmitool"),
      ("  /usr/bin/ipmitool\t-P s3cret", "/usr/bin/ipmitool …"), ("ipmitool\u{A0}-P s3cret", "ipmitool …"),
      ("\"ipmitool -P s3cret", "ipmitool …"), ("'/usr/bin/x' s3cret", "/usr/bin/x …"),
      ("ipmitool\\x20-P\\x20s3cret", "ipmitool …"), ("IPMI_PASSWORD=s3cret ipmitool", "IPMI_PASSWORD …"),
      ("root:s3cret@nas.lan", "root …"), ("https://me:s3cret@plug/off", "https …"),
      ("curl;s3cret", "curl …"), ("$(s3cret)", "…"), ("-P s3cret", "-P …"),
    ])
  func commands(command: String, shown: String) {
    for variable in ["SHUTDOWN_COMMAND", "WAKE_COMMAND"] {
      #expect(Disclosure.shown(variable, command) == "\"\(shown)\"")
    }
  }

  @Test(
    "never what stands between a colon and an at sign",
    arguments: [
      ("root:s3cret@nas.lan", "root:[secret]@nas.lan"), ("root:s3c:r@et@nas", "root:[secret]@nas"),
      (":s3cret@nas", ":[secret]@nas"), ("root@nas.lan:22x", "root@nas.lan:22x"), ("root:22", "root:22"),
      ("root@[fd00::1]:x", "root@[fd00::1]:x"), ("ssh://root:s3cret@nas", "ssh://[secret]@nas"),
      ("root:\u{301}s3cret@nas", "root:[secret]@nas"), ("root:s3cret@\u{301}nas", "root:[secret]@\u{301}nas"),
    ])
  func passwords(value: String, shown: String) {
    for variable in ["STORAGE_SERVER_SSH", "STORAGE_SERVER_ADDRESS", "COOLDOWN_TIME"] {
      #expect(Disclosure.shown(variable, value) == "\"\(shown)\"")
    }
  }

  @Test("nothing of a secret", arguments: Disclosure.secretVariables)
  func secrets(variable: String) {
    #expect(Disclosure.shown(variable, "s3cret") == "the value (not shown, it is a secret)")
  }

  @Test("no other variable's secret")
  func pasted() {
    let secrets = [Secret("s3cret"), Secret("t0ken")]
    #expect(
      Disclosure.shown("COOLDOWN_TIME", "s3cret and t0ken", hiding: secrets) == "\"[secret] and [secret]\"")
    #expect(Disclosure.shown("WAKE_COMMAND", "s3cret x", hiding: secrets) == "\"[secret] …\"")
    let nested = [Secret("s3c"), Secret("s3cret")]
    #expect(Disclosure.shown("COOLDOWN_TIME", "s3cret", hiding: nested) == "\"[secret]\"")
  }

  @Test(
    "a command's own arguments are blotted out of what it says",
    arguments: [
      (["x", "-P", "s3cret"], "bad password s3cret", "bad password [secret]"),
      (["x", "-Ps3cret"], "bad password s3cret", "bad password [secret]"),
      (["x", "--password=s3cret"], "bad password s3cret", "bad password [secret]"),
      (["x", "http://me:s3cret@plug/off"], "401 for s3cret", "401 for [secret]"),
      (["x", "http://plug/off?t=s3cret"], "no http://plug/off?t=s3cret.", "no [secret]."),
      (["x", "s3cret", "s3cret-and-more"], "s3cret-and-more", "[secret]"),
      // What is as short as this is a number, or a switch.
      (["/usr/bin/x", "-v", "off", "1"], "/usr/bin/x: -v: not off: 1", "/usr/bin/x: -v: not off: 1"),
    ])
  func said(command: [String], text: String, shown: String) {
    #expect(Disclosure.redact(text, saidBy: command) == shown)
  }
}
