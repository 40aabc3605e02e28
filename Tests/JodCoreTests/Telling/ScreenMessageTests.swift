import Testing

@testable import JodCore

@Suite("What a screen shows")
struct ScreenMessageTests {
  @Test(
    "each news has a heading and a sentence, in English where there is no translation",
    arguments: [
      (
        .starting(usual: nil), "Please wait",
        "The storage is starting. This may take a few minutes."
      ),
      (.starting(usual: 35), "Please wait", "The storage is starting. This takes about 40 seconds."),
      (.ready, "Ready", "The storage is ready."),
      (.failed, "Not available", "The storage does not respond. Someone should check it."),
    ] as [(ScreenMessage.News, String, String)])
  func english(_ news: ScreenMessage.News, _ header: String, _ text: String) {
    #expect(news.header(in: .english) == header)
    #expect(news.text(in: .english) == text)
  }

  @Test(
    "a time is told as a person would",
    arguments: [
      (0, "10 seconds"), (9.5, "10 seconds"), (12, "20 seconds"), (50, "50 seconds"), (51, "1 minute"),
      (89, "1 minute"), (91, "2 minutes"), (170, "3 minutes"), (1e10, "166666667 minutes"),
    ] as [(Seconds, String)])
  func time(_ seconds: Seconds, _ words: String) {
    let text = ScreenMessage.News.starting(usual: seconds).text(in: .english)
    #expect(text == "The storage is starting. This takes about \(words).")
  }
}
