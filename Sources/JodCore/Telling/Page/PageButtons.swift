/// The page's buttons: forms, which do what the commands do.
extension Page {
  var controls: HTML {
    guard status.checkedAt != nil else { return "" }
    guard case .shown(let canPowerOff) = buttons else {
      return "<p class=\"hint\">\(RequestPolicy.howToGetButtons)</p>"
    }
    let isOn = [.ready, .up].contains(state)
    // Blind, nothing tells whether it is on.
    let mayBeOff = !isOn && state != .waking || !status.storage.isWatched
    let mayBeOn = isOn || state == .unknown || !status.storage.isWatched
    var forms: [HTML] = []
    if mayBeOff { forms.append(button(.wake, "Wake now", isFirst: true)) }
    if status.hold.until != nil {
      forms.append(button(.release, "No longer keep on"))
    } else if mayBeOn || state == .waking {
      let hours: HTML = "<input type=\"hidden\" name=\"for\" value=\"3h\">"
      forms.append(button(.hold, "Keep on for 3 hours", with: hours))
    }
    if canPowerOff, mayBeOn { forms.append(button(.sleep, "Power off now")) }
    return "<div class=\"buttons\" role=\"group\" aria-label=\"The storage\">\(forms)</div>"
  }

  private func button(
    _ service: WebService, _ words: String, isFirst: Bool = false, with field: HTML = ""
  ) -> HTML {
    let look: HTML = isFirst ? " class=\"first\"" : ""
    return """
      <form method="post" action="\(service.rawValue)">\(field)\
      <button id="\(String(service.rawValue.dropFirst()))"\(look)>\(words)</button></form>
      """
  }

  /// What came of the last one.
  var pressed: HTML {
    guard let press else { return "" }
    return """
      <p class="pressed\(press.isRefused ? " refused" : "")"><time datetime="\(UTC.text(press.at.wall))">\
      \(timeOfDay(press.at.wall))</time> \(press.words)</p>
      """
  }
}
