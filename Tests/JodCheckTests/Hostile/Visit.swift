import Foundation
import JodCore
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import jod_check

/// A connection to a clerk without a socket, in a time of its own.
final class Visit {
  let channel = EmbeddedChannel()
  let book: NIOLoopBoundBox<Reception.Book>
  private let line = Line()
  private(set) weak var clerk: Clerk?
  /// What was said to the visitor so far.
  private(set) var heard: [UInt8] = []

  init(_ doorkeeper: Doorkeeper = Doorkeeper(token: nil, isLoopback: true), desk: Desk) throws {
    book = NIOLoopBoundBox(
      Reception.Book(shift: Shift(began: 0, interval: 30, lastPoll: nil)), eventLoop: channel.eventLoop)
    book.value.shift.notePoll(at: 0)
    try channel.pipeline.syncOperations.addHandler(line)
    try Clerk.serve(channel, doorkeeper: doorkeeper, desk: desk, book: book)
    clerk = try channel.pipeline.syncOperations.handler(type: Clerk.self)
    channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 8097), promise: nil)
  }

  /// An open channel holds itself.
  deinit { reset() }

  var isOpen: Bool { channel.isActive }
  /// Whether a poll is due a second after the last.
  var isPromised: Bool { book.value.shift.next(at: 5) == .check }
  var unanswered: Int { book.value.unanswered }

  func say(_ bytes: some Collection<UInt8>) {
    guard isOpen else { return }
    channel.pipeline.fireChannelRead(channel.allocator.buffer(bytes: bytes))
    channel.pipeline.fireChannelReadComplete()
    channel.embeddedEventLoop.run()
    listen()
  }

  /// Says no more, but hears on.
  func closeOutput() {
    guard isOpen else { return }
    line.isInputClosed = true
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    if line.isOutputClosed { channel.close(promise: nil) }
    channel.embeddedEventLoop.run()
    listen()
  }

  /// Hears nothing for a while, and then what was said meanwhile.
  var isDeaf: Bool {
    get { line.isFull }
    set {
      line.isFull = newValue
      if !newValue, isOpen { line.drain() }
      channel.embeddedEventLoop.run()
      listen()
    }
  }

  /// Is gone without a word.
  func reset() {
    guard isOpen else { return }
    channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "read"))
    channel.close(promise: nil)
    channel.embeddedEventLoop.run()
    listen()
  }

  func wait(_ time: TimeAmount) {
    channel.embeddedEventLoop.advanceTime(by: time)
    listen()
  }

  private func listen() {
    while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { heard += buffer.readableBytesView }
  }

  /// The end of the line as a socket has it: closed in one direction, it is open in the other.
  private final class Line: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    var isInputClosed = false
    var isOutputClosed = false
    /// Takes no more for now.
    var isFull = false
    private var waiting: [(NIOAny, EventLoopPromise<Void>?)] = []
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
      self.context = nil
      for (_, promise) in waiting { promise?.fail(ChannelError.ioOnClosedChannel) }
      waiting = []
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if isOutputClosed {
        promise?.fail(ChannelError.outputClosed)
      } else if isFull {
        waiting.append((data, promise))
      } else {
        context.write(data, promise: promise)
      }
    }

    func drain() {
      for (data, promise) in waiting { context?.write(data, promise: promise) }
      waiting = []
      context?.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
      if mode == .all || isInputClosed { return context.close(mode: .all, promise: promise) }
      isOutputClosed = true
      promise?.succeed()
    }
  }
}

/// An answer as it stands on the wire.
struct WireAnswer {
  var status: Int
  var headers: [String: String]
  var body: [UInt8]

  /// Reads the one answer that there must be; nil where there is another number of them, or what is no answer.
  ///
  /// - Parameter isHead: whether the answer has no body, whatever its length.
  init?(_ bytes: [UInt8], isHead: Bool = false) {
    var rest = bytes[...]
    let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    if rest.starts(with: interim) { rest = rest.dropFirst(interim.count) }
    guard let end = rest.indices.first(where: { rest[$0...].starts(with: Array("\r\n\r\n".utf8)) }) else {
      return nil
    }
    let lines = String(decoding: rest[..<end], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ", maxSplits: 2)
    guard words.count == 3, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
    self.status = status
    headers = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let name = line[..<colon].lowercased()
      guard headers[name] == nil else { return nil }
      headers[name] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    body = Array(rest[(end + 4)...])
    guard let length = headers["content-length"].flatMap({ Int($0) }), body.count == (isHead ? 0 : length)
    else { return nil }
  }
}
