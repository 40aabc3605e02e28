/// The page's picture: in a tab, and on a telephone's home screen.
struct PageIcon: Sendable {
  private let tone: Headline.Tone

  init(_ tone: Headline.Tone) { self.tone = tone }

  private var colour: String {
    switch tone {
    case .on, .moving: "#d9822b"
    case .off, .unknown: "#8a93a3"
    }
  }

  /// For a tab, without a request of its own.
  var dataAddress: String {
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='6' fill='\(PercentEncoding.encoded(colour))'/%3E%3C/svg%3E"
  }
}

/// What a telephone needs to put the page on its home screen.
public enum PageOnHomeScreen {
  /// With room around it, for a telephone cuts it to its own shape.
  public static let icon = WebDocument(
    contentType: "image/svg+xml",
    body: Array(
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><rect width="512" height="512" fill="#15171b"/>\
      <circle cx="256" cy="256" r="148" fill="#7d6329"/><circle cx="256" cy="256" r="64" fill="#f0a441"/></svg>

      """.utf8))

  public static let manifest = WebDocument(
    contentType: "application/manifest+json",
    body: Array(
      """
      {"name":"Storage","short_name":"Storage","start_url":"/","scope":"/","display":"standalone",\
      "background_color":"#15171b","theme_color":"#15171b",\
      "icons":[{"src":"/icon.svg","sizes":"any","type":"image/svg+xml","purpose":"any maskable"}]}

      """.utf8))
}
