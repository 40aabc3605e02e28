import Testing

@testable import JodCore

@Suite("A JSON text that another program owns")
struct JSONTextTests {
  private func text(_ json: String) throws -> JSONText { try JSONText(Array(json.utf8)) }
  private func string(_ text: JSONText) -> String { String(decoding: text.bytes, as: UTF8.self) }

  @Test("a value is found by its path, as it is written")
  func value() throws {
    let text = try text(#"{ "a" : [1.50, {"b\"c": "}]" , "d": null}], "e":{} }"#)
    func value(_ path: JSONText.Step...) -> String? {
      text.value(path).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(value("a", 0) == "1.50")
    #expect(value("a", 1, "b\"c") == #""}]""#)
    #expect(value("a", 1, "d") == "null")
    #expect(value("e") == "{}")
    #expect(value("a", 2) == nil)
    #expect(value("x") == nil)
    #expect(value("a", "b") == nil)
    #expect(value(0) == nil)
  }

  @Test("of two members with one name the last counts, as for every reader here")
  func twice() throws {
    #expect(try text(#"{"a":1,"a":2}"#).value(["a"]) == Array("2".utf8))
  }

  @Test("a value is replaced, and every other byte stays")
  func replace() throws {
    var text = try text("{\"a\": {\"on\" :true ,\"n\":1e30, \"u\":\"\\u00e9é\"}}\r\n")
    let isReplaced = text.replace(["a", "on"], with: Array("false".utf8))
    #expect(isReplaced)
    #expect(string(text) == "{\"a\": {\"on\" :false ,\"n\":1e30, \"u\":\"\\u00e9é\"}}\r\n")
    let isThere = text.replace(["a", "off"], with: [0x30])
    #expect(!isThere)
  }

  @Test(
    "an element comes behind the last one, a member too",
    arguments: [
      (#"{"l":[]}"#, #"{"l":[9]}"#), (#"{"l":[ 1 ]}"#, #"{"l":[ 1,9 ]}"#),
      ("{\"l\":[\n  {\"x\":[]}\n]}", "{\"l\":[\n  {\"x\":[]},9\n]}"),
      (#"{"l":[ ]}"#, #"{"l":[9 ]}"#),
    ])
  func append(before: String, after: String) throws {
    var text = try text(before)
    let isAdded = text.append([0x39], to: ["l"])
    #expect(isAdded)
    #expect(string(text) == after)
  }

  @Test("a member is added to an object alone, an element to an array alone")
  func kinds() throws {
    var text = try text(#"{"o":{},"l":[]}"#)
    let added = [
      text.append([0x39], to: ["o"]), text.append([0x39], named: "x", to: ["l"]),
      text.append([0x39], named: "x\"", to: ["o"]), text.append(Array("true".utf8), named: "y", to: []),
    ]
    #expect(added == [false, false, true, true])
    #expect(string(text) == #"{"o":{"x\"":9},"l":[],"y":true}"#)
  }

  @Test("what is no JSON is refused", arguments: ["", "{", "[1,]", "{\"a\":1}}", "nul"])
  func invalid(json: String) { #expect(throws: JSON.Failure.self) { try text(json) } }
}
