import JodCore

/// A list of things that begin and end, one after another, and where time stands in it.
struct Cursor<Thing: Sendable>: Sendable {
  enum Step {
    case began(Thing)
    case ended(Thing)
  }

  private let things: [(thing: Thing, span: Calendar.Span)]
  private var index = 0
  private var isIn = false

  init(_ things: [Thing], span: (Thing) -> Calendar.Span) { self.things = things.map { ($0, span($0)) } }

  /// What goes on now.
  var current: Thing? { isIn ? things[index].thing : nil }

  /// When the next one begins, or this one ends.
  var next: Seconds {
    guard index < things.count else { return .infinity }
    return isIn ? things[index].span.end : things[index].span.start
  }

  /// The one that begins next.
  var upcoming: Calendar.Span? {
    let next = isIn ? index + 1 : index
    return next < things.count ? things[next].span : nil
  }

  /// This one and the next.
  var ahead: [Calendar.Span] { things[min(index, things.count)...].prefix(2).map(\.span) }

  /// At most one step; what overlaps follows at once.
  mutating func move(to time: Seconds) -> Step? {
    guard next <= time else { return nil }
    let thing = things[index].thing
    isIn.toggle()
    if isIn { return .began(thing) }
    index += 1
    return .ended(thing)
  }
}
