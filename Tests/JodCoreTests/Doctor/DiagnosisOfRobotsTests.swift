import Testing

@testable import JodCore

@Suite("Robots that the doctor finds")
struct DiagnosisOfRobotsTests {
  private func robots(
    _ devices: [DeviceEntry], browsing: [String: Seconds], _ environment: [String: String] = [:]
  ) -> [Finding] {
    var activity = ActivityMemory()
    activity.browsing = browsing
    return Diagnosis.robots(devices, activity, boot: 200_000, environment: environment)
  }

  private func line(_ finding: Finding?) -> String? {
    finding?.remedy.flatMap { remedy in
      remedy.firstRange(of: "IGNORE_").map { String(remedy[$0.lowerBound...]) }
    }
  }

  @Test("a device that has not paused for a day is named, with the line that leaves it out")
  func named() {
    let found = robots(
      [device(client: "My Dashboard", name: "Server", id: "d")], browsing: ["d": 200_000 - 90_000])
    #expect(found.count == 1)
    #expect(found.first?.verdict == .warning)
    #expect(
      found.first?.words.contains(
        "\"My Dashboard\" on \"Server\", of the user \"Anna\", has not paused for 1d 1h") == true)
    #expect(line(found.first) == "IGNORE_CLIENTS=+My Dashboard")
  }

  @Test("one that has paused since, or that Jellyfin no longer knows, is not")
  func notNamed() {
    #expect(robots([device(id: "d")], browsing: ["d": 200_000 - 80_000, "gone": 0]).isEmpty)
    #expect(robots([], browsing: ["d": 0]).isEmpty)
  }

  @Test("where others have the same client, the device alone is left out")
  func sharedClient() {
    let devices = [device(name: "TV", id: "tv"), device(name: "Phone", id: "phone")]
    #expect(line(robots(devices, browsing: ["tv": 0]).first) == "IGNORE_DEVICES=tv")
    #expect(
      line(robots(devices, browsing: ["tv": 0], ["IGNORE_DEVICES": "radio"]).first)
        == "IGNORE_DEVICES=radio,tv")
  }

  @Test("what is set already stays in the line")
  func ownList() {
    let entry = device(client: "Dash, \"two\"", id: "d")
    #expect(
      line(robots([entry], browsing: ["d": 0], ["IGNORE_CLIENTS": "+Other"]).first)
        == "IGNORE_CLIENTS=+Other,Dash? ?two?")
  }

  @Test(
    "the line leaves the device out, whatever characters its name has",
    arguments: ["a,b", "x*y", "\"q\"", "50% $HOME", "Bücher", "+plus", "tab\tbed"])
  func works(client: String) throws {
    let entry = device(client: client, id: "d")
    let proposed = try #require(self.line(robots([entry], browsing: ["d": 0]).first))
    let set = EnvironmentFile.parse(proposed)
    let ignoring = configuration(set)
    #expect(ignoring.ignoreClients.contains { $0.matches(client) })
    #expect(ignoring.ignoreClients.contains { $0.matches("Home Assistant") })
  }

  @Test("a list takes the place of the known robots, and one behind a plus sign is added to them")
  func addedList() {
    #expect(configuration(["IGNORE_CLIENTS": "a, b"]).ignoreClients.map(\.description) == ["a", "b"])
    #expect(
      configuration(["IGNORE_CLIENTS": "+a, b"]).ignoreClients == Robots.patterns + [
        Pattern("a"), Pattern("b"),
      ])
    #expect(configuration().ignoreClients == Robots.patterns)
    #expect(Robots.list("+") == nil)
    #expect(Robots.list("+a,,b") == nil)
  }
}
