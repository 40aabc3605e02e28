import Testing

@testable import JodCore

@Suite("A small model, walked to its end")
struct ModelWalkTests {
  /// The bound is for a model that has grown: this one ends long before.
  static let bound = 20_000

  @Test("in any order of events, nothing happens that must never happen")
  func everything() {
    var seen: Set<ModelWalk.Node.Key> = [ModelWalk.root.key]
    var frontier = [ModelWalk.root]
    var depth = 0
    while !frontier.isEmpty, seen.count < Self.bound {
      var next: [ModelWalk.Node] = []
      for node in frontier {
        for input in ModelWalk.inputs {
          let (child, wrongs) = ModelWalk.step(node, input)
          guard wrongs.isEmpty else {
            let path = child.path.map { "\($0.jellyfin) \($0.probe)\($0.isTaskRunning ? " task" : "")" }
            Issue.record("\(wrongs.joined(separator: ", ")) after \(path.joined(separator: "; "))")
            return
          }
          if seen.insert(child.key).inserted { next.append(child) }
        }
      }
      frontier = next
      depth += 1
    }
    #expect(frontier.isEmpty)
    print(
      "The model has \(seen.count) states within \(depth) beats\(frontier.isEmpty ? ", and no more" : "")")
  }
}
