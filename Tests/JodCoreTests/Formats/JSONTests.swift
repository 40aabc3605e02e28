import Foundation
import Simulator
import Testing

@testable import JodCore

private func parsed(_ text: String, keeping names: Set<String>? = nil) throws -> String {
  String(decoding: try JSON(Array(text.utf8), keeping: names).bytes, as: UTF8.self)
}

@Suite("JSON is read")
struct JSONReadingTests {
  @Test(
    "every form of a value, with white space around it",
    arguments: [
      ("null", "null"), (" true\n", "true"), ("\tfalse\r\n", "false"), ("0", "0"), ("-0", "0"), ("10", "10"),
      ("-1.5", "-1.5"), ("1e3", "1000"), ("2.5E-1", "0.25"), ("1E+2", "100"),
      ("9007199254740991", "9007199254740991"), (#""""#, #""""#), (#""ä€😀""#, #""ä€😀""#), ("[]", "[]"),
      ("[ 1 , [ 2 ] ]", "[1,[2]]"), ("{}", "{}"), (#"{ "b" : 1 , "a" : { } }"#, #"{"a":{},"b":1}"#),
    ])
  func values(_ text: String, _ canonical: String) throws {
    #expect(try parsed(text) == canonical)
  }

  @Test(
    "what is no JSON is refused, as a whole",
    arguments: [
      "", " ", "nul", "nulll", "True", "+1", ".5", "1.", "01", "-", "-01", "1e", "1e+", "0x10", "NaN",
      "Infinity", "1e999", "-1e999", "1 2", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{}}",
      "{1:2}",
      #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#, "'a'", #"""#, #""a"#, #""\"#,
      #""\""#,
      #""\x""#, #""\u12""#, #""\u12g4""#, #""\u+123""#, #""\ud800""#, #""\ud800\n""#, #""\ud800\u0041""#,
      #""\udc00""#, "\"\n\"", "\"\u{1}\"", "\u{FEFF}1", "// 1\n1", "[1}", "{\"a\":1]",
    ])
  func refused(_ text: String) {
    #expect(throws: JSON.Failure.self) { try JSON(Array(text.utf8)) }
  }

  @Test("bytes that are not UTF-8 are marked as such, and the rest of the text is read")
  func encoding() throws {
    for bytes: [UInt8] in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF]] {
      let text = try JSON([0x22, 0x61] + bytes + [0x62, 0x22]).string()
      #expect(text.hasPrefix("a\u{FFFD}") && text.hasSuffix("\u{FFFD}b"))
    }
  }

  @Test(
    "escapes in a text",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e4\u20AC""#, "Aä€"),
      (#""\ud83d\ude00!""#, "😀!"), (#""\u0000""#, "\0"),
    ])
  func escapes(_ text: String, _ meaning: String) throws {
    #expect(try JSON(Array(text.utf8)).string() == meaning)
  }

  @Test("of two members with one name the last counts")
  func twice() throws {
    let value: Int = try JSON(Array(#"{"a":1,"a":2}"#.utf8)).object()["a"]
    #expect(value == 2)
  }

  @Test("a text that is too deep is refused, and nothing overflows")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try parsed(nested(64)) == nested(64))
    #expect(throws: JSON.Failure.self) { try parsed(nested(65)) }
    #expect(throws: JSON.Failure.self) { try JSON([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)) }
    #expect(throws: JSON.Failure.self) { try parsed(#"{"a":"# + nested(64) + "}", keeping: []) }
  }

  @Test("a text of more values than any household sends is refused, unless they are skipped")
  func count() throws {
    let many = "[" + String(repeating: "1,", count: 1 << 20) + "1]"
    #expect(throws: JSON.Failure.self) { try parsed(many) }
    #expect(try parsed(#"{"a":\#(many)}"#, keeping: []) == "{}")
  }
}

@Suite("Members that are not kept")
struct JSONKeepingTests {
  private static let text =
    #"{"a":{"b":[1,{"c":2,"d":3}],"x":"\ud800"},"d":null,"e":1e999,"f\u0000":{"a":1}}"#

  @Test("they are skipped at every depth")
  func kept() throws {
    #expect(
      try parsed(Self.text, keeping: ["a", "b", "d"]) == #"{"a":{"b":[1,{"d":3}]},"d":null}"#)
    #expect(try parsed(Self.text, keeping: []) == "{}")
  }

  @Test(
    "what stands in their place must be JSON all the same",
    arguments: ["", "nul", "[1", "{\"a\"}", "01", "\"", "]"])
  func broken(_ value: String) {
    #expect(throws: JSON.Failure.self) { try parsed(#"{"skipped":\#(value)}"#, keeping: []) }
  }

  @Test("all that is read of sessions and devices is kept")
  func complete() throws {
    let time = "2027-01-15T08:00:00.0000000Z"
    let session = #"""
      {"Id":"1f","SupportedCommands":["DisplayMessage"],"UserName":"Anna","UserId":"7","Client":"Web",
      "DeviceName":"Firefox","DeviceId":"d","NowPlayingItem":{"Name":"Film"},"PlayState":{"IsPaused":true},
      "LastActivityDate":"\#(time)","LastPlaybackCheckIn":"\#(time)","LastPausedDate":"\#(time)"}
      """#
    let device = #"""
      {"LastUserName":"Anna","LastUserId":"7","AppName":"Web","Name":"Firefox","CustomName":"Sofa","Id":"d",
      "DateLastActivity":"\#(time)"}
      """#
    #expect(try sessionEntry(session) == decoded(SessionEntry.self, session))
    #expect(
      try received([SessionEntry].self, Array("[\(session)]".utf8))
        == decoded([SessionEntry].self, "[\(session)]"))
    #expect(try deviceEntry(device) == decoded(DeviceEntry.self, device))
    let list = #"{"Items":[\#(device)]}"#
    #expect(try received(DeviceList.self, Array(list.utf8)).items == decoded(DeviceList.self, list).items)
    let read = try #require(try sessionEntry(session).session)
    #expect(read.screen == "1f" && read.hasItem && read.isPaused && read.lastPaused != nil)
    // Without a name, the ids are what is left.
    let unnamed = device.replacing("LastUserName", with: "X").replacing("CustomName", with: "X")
    #expect(try deviceEntry(unnamed) == decoded(DeviceEntry.self, unnamed))
    #expect(try deviceEntry(unnamed).device?.user == "7")
  }
}

@Suite("JSON is written")
struct JSONWritingTests {
  @Test(
    "numbers",
    arguments: [
      (0, "0"), (-3, "-3"), (0.1, "0.1"), (1e15, "1000000000000000"), (1.5e300, "1.5e+300"), (-0.25, "-0.25"),
    ])
  func numbers(_ value: Double, _ text: String) {
    #expect(String(decoding: value.bytes, as: UTF8.self) == text)
  }

  @Test("every text comes back as it was, by a reader of others too")
  func texts() throws {
    let scalars = (0...0x2FF).compactMap(Unicode.Scalar.init).map(String.init)
    for text in scalars + ["", "a/b", "\u{2028}", "😀", "\"\\\"", "\u{301}"] {
      #expect(try decoded(String.self, encoded(text)) == text)
      #expect(try read([String].self, encoded([text])) == [text])
    }
  }

  @Test("members stand in the order of their names, and those without a value only where all are wanted")
  func members() throws {
    let (one, none, list) = (1.json, Int?.none.json, [true].json)
    let complete = JSON.complete(["b": one, "a": none, "c": list])
    #expect(try encoded(complete) == #"{"a":null,"b":1,"c":[true]}"#)
    let present = JSON.present(["b": one, "a": none, "c": list])
    #expect(try encoded(present) == #"{"b":1,"c":[true]}"#)
  }
}

@Suite("JSON as others read it")
struct JSONComparedTests {
  private static let seeds = [
    #"{"a":[1,-2.5e3,0.125,true,false,null],"ä\n":{"b":"\u00e4\ud83d\ude00 text","c":[[],{}]}}"#,
    #"[{"Id":"1f","PlayState":{"IsPaused":false},"x":["\\","\/","\b"]},{"y":1e-7,"z":123456789}]"#,
  ]

  /// Damages a text in a few places, as a torn line or a bad proxy would.
  private func damaged(_ text: String, _ random: inout some RandomNumberGenerator) -> [UInt8] {
    let spare = Array(#"{}[]",:\u0019eE+-. tfn"#.utf8)
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(spare.randomElement(using: &random)!, at: place)
      case 2: bytes[place] = spare.randomElement(using: &random)!
      default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
      }
    }
    return bytes
  }

  /// Foundation's reader is the judge.
  @Test("of twenty thousand damaged texts, we understand those that Foundation does, and in the same way")
  func compared() throws {
    var random = Dice(seed: 8259, "JSON")
    var understood = 0
    for round in 0..<20_000 {
      let bytes = damaged(Self.seeds[round % 2], &random)
      // We mark what is no UTF-8, and it refuses.
      if String(validating: bytes, as: UTF8.self) == nil { continue }
      let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      let ours = try? JSON(bytes)
      // It takes a comma before a closing bracket.
      if theirs != nil, ours == nil, String(decoding: bytes, as: UTF8.self).contains(/,[\]}]/) { continue }
      #expect((ours == nil) == (theirs == nil), "\(String(decoding: bytes, as: UTF8.self))")
      guard let ours, let theirs else { continue }
      understood += 1
      let again = try JSONSerialization.jsonObject(with: Data(ours.bytes), options: .fragmentsAllowed)
      #expect(again as? NSObject == theirs as? NSObject, "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(understood > 2000)
  }
}
