import Glibc

/// What standard output is, where a person reads it.
enum Terminal {
  /// In columns; nil where it is no terminal.
  static var width: Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Colours are left out where `NO_COLOR` is set (no-color.org), or where the terminal is dumb.
  static var isColoured: Bool {
    isatty(STDOUT_FILENO) == 1 && text(getenv("NO_COLOR")).isEmpty && text(getenv("TERM")) != "dumb"
  }

  static var isUnicode: Bool {
    let locale = [getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")].map(text).first { !$0.isEmpty } ?? ""
    return locale.lowercased().replacing("-", with: "").hasSuffix("utf8")
  }

  private static func text(_ variable: UnsafeMutablePointer<CChar>?) -> String {
    variable.map { String(cString: $0) } ?? ""
  }
}
