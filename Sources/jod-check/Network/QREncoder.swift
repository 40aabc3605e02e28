import Glibc
import JodCore

/// libqrencode, loaded where a code is to be shown and nowhere else.
enum QREncoder {
  private static let name = "libqrencode.so.4"

  /// `QRcode` of qrencode.h.
  private struct Symbol {
    let version: Int32
    let width: Int32
    let data: UnsafePointer<UInt8>?
  }

  private typealias Encode =
    @convention(c) (UnsafePointer<CChar>, Int32, Int32) -> UnsafeMutableRawPointer?
  private typealias Free = @convention(c) (UnsafeMutableRawPointer?) -> Void

  /// A code that has a text; nil where the library is missing, or the text too long.
  static func code(of text: String) -> QRCode? {
    guard let library = dlopen(name, RTLD_LAZY), let encode = dlsym(library, "QRcode_encodeString8bit"),
      let free = dlsym(library, "QRcode_free")
    else { return nil }
    // The smallest version that holds it (0), with the least redundancy (QR_ECLEVEL_L, 0): a screen has no dirt.
    guard let symbol = unsafeBitCast(encode, to: Encode.self)(text, 0, 0) else { return nil }
    defer { unsafeBitCast(free, to: Free.self)(symbol) }
    let made = symbol.load(as: Symbol.self)
    let width = Int(made.width)
    // The lowest bit of each byte: 1 is dark.
    let modules = UnsafeBufferPointer(start: made.data, count: width * width).map { $0 & 1 == 1 }
    return QRCode(width: width, modules: modules)
  }
}
