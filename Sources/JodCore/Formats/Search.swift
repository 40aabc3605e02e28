// A text within another. Swift's own for this stand beside its regular expressions, and bring all of these into the program: a
// tenth of it, and work at each start (docs/start-up.md).

extension Collection where Element: Equatable {
  /// Where another sequence first stands in this; nil where it does not.
  public func place(of other: some Collection<Element>) -> Range<Index>? {
    var start = startIndex
    while true {
      var (end, rest) = (start, other.startIndex)
      while rest != other.endIndex, end != endIndex, self[end] == other[rest] {
        formIndex(after: &end)
        other.formIndex(after: &rest)
      }
      if rest == other.endIndex { return start..<end }
      if start == endIndex { return nil }
      formIndex(after: &start)
    }
  }

  /// Whether another sequence stands in this.
  public func includes(_ other: some Collection<Element>) -> Bool { place(of: other) != nil }
}

extension RangeReplaceableCollection where Element: Equatable {
  /// With another sequence in every place of one, which is not empty.
  public func exchanging(_ old: some Collection<Element>, with new: some Collection<Element>) -> Self {
    var (result, rest) = (Self(), self[...])
    while let place = rest.place(of: old) {
      result += rest[..<place.lowerBound]
      result += new
      rest = rest[place.upperBound...]
    }
    return result + rest
  }
}
