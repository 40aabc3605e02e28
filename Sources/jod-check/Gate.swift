import Glibc
import JodCore
import NIOCore

/// Lets no more connections in than there are places.
final class Gate: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  private let book: NIOLoopBoundBox<Reception.Book>
  private var isHeld = false

  init(book: NIOLoopBoundBox<Reception.Book>) { self.book = book }

  func read(context: ChannelHandlerContext) {
    guard book.value.open < Reception.places else {
      isHeld = true
      return
    }
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let connection = unwrapInboundIn(data)
    book.value.open += 1
    book.value.taken += 1
    book.value.shift.noteConnection(at: Clock.seconds(CLOCK_BOOTTIME))
    book.value.bell.ring()
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    let gate = NIOLoopBound(self, eventLoop: context.eventLoop)
    connection.closeFuture.whenComplete { _ in gate.value.release(bound.value) }
    context.fireChannelRead(data)
  }

  private func release(_ context: ChannelHandlerContext) {
    book.value.open -= 1
    book.value.bell.ring()
    guard isHeld else { return }
    isHeld = false
    context.read()
  }
}
