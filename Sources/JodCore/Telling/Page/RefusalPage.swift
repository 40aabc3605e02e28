/// What a person's browser is shown where a request gets nothing: why, and the way back.
struct RefusalPage: Sendable {
  let refusal: WebRefusal

  init(_ refusal: WebRefusal) { self.refusal = refusal }

  var document: WebDocument {
    WebDocument(
      status: refusal.status, contentType: Page.contentType, body: Array(text.utf8),
      policy: Page.contentSecurityPolicy)
  }

  private var text: String {
    let main: HTML = """
      <header class="\(refusal.status == 409 ? "silent" : "bad")"><div><h1>\(title)</h1><p>\(words)</p></div></header>
      <p class="back"><a href="/">\(refusal.status == 401 ? "I have opened the link: show the page" : "Back to the page")</a></p>
      """
    return Page.whole(title, main)
  }

  private var words: String {
    refusal.status == 401
      ? "Open the page's link once in this browser: `sudo jod-check page` shows it." : refusal.words
  }

  private var title: String {
    switch refusal.status {
    case 401: "Locked"
    case 403: "Not allowed"
    case 404, 405: "Nothing here"
    case 409: "Not now"
    case 503: "Not ready"
    default: "Not understood"
    }
  }
}
