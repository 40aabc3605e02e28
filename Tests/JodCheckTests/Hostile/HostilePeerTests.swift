import Foundation
import Household
import Synchronization
import Testing

@testable import jod_check

extension World {
  @Suite("Hostile peers of the real program")
  struct HostilePeerTests {
    private let check = HostileRequest.post("Content-Length: 2\r\n", "{}")

    /// Does something for each number on threads of their own, so many at a time.
    private func concurrently(_ count: Int, atOnce: Int, _ body: @escaping @Sendable (Int) -> Void) {
      let next = Box(0)
      let group = DispatchGroup()
      for _ in 0..<min(count, atOnce) {
        group.enter()
        Thread.detachNewThread {
          while true {
            let number = next.value.withLock { number in
              defer { number += 1 }
              return number
            }
            if number >= count { break }
            body(number)
          }
          group.leave()
        }
      }
      group.wait()
    }

    private final class Box<Value: Sendable>: Sendable {
      let value: Mutex<Value>
      init(_ value: Value) { self.value = Mutex(value) }
    }

    @Test("all hostile requests at once get the answers that each gets alone")
    func requests() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      home.watch()
      let (received, port) = (Box<[Int: [UInt8]]>([:]), home.unit.port)
      concurrently(HostileRequest.all.count, atOnce: 40) { number in
        guard let client = try? Client(port: port) else { return }
        client.send(HostileRequest.all[number].bytes)
        let answer = client.receive()
        received.value.withLock { $0[number] = answer }
      }
      var cutOff = 0
      for (number, request) in HostileRequest.all.enumerated() {
        let bytes = received.value.withLock { $0[number] }
        let answer = bytes.flatMap { WireAnswer($0, isHead: request.text.hasPrefix("HEAD")) }
        switch request.end {
        case .answered(let status): #expect(answer?.status == status, "\(request.testDescription)")
        case .answeredLate(let status):
          // A run that leaves waits for nobody who has not asked.
          let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
          let isCutOff = bytes == [] || bytes == interim
          if isCutOff { cutOff += 1 } else { #expect(answer?.status == status, "\(request.testDescription)") }
        }
      }
      #expect(cutOff < 40)
      home.unit.stop()
      for run in home.unit.runs { #expect(run.status == 0) }
    }

    @Test("clients that send nothing, or little, keep nobody waiting")
    func silence() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      let silent = try (0..<50).map { _ in try home.client() }
      let slow = try (0..<50).map { _ in try home.asking("POST /check HTTP/1.1\r\nHo") }
      let client = try home.asking(check)
      home.watch()
      #expect(WireAnswer(client.receive())?.status == 202)
      while home.jellyfin.polls.isEmpty, home.unit.runs.isEmpty { usleep(2000) }
      // No connection had reached its time limit by then.
      #expect((silent + slow).filter(\.isWaiting).count == 100)
      #expect(home.unit.awaitRuns(1))
      #expect(home.unit.runs.map(\.status) == [0])
      // The next run would poll again for the connections that still wait.
      for client in silent + slow { #expect([nil, 408].contains(WireAnswer(client.receive())?.status)) }
      #expect(home.jellyfin.polls.count == 1)
    }

    @Test("clients that send no more are answered")
    func halfClosed() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      home.watch()
      for (request, status) in [(check, 202), (HostileRequest.get(), 200), ("GET / HTTP/1.1\r\nX", 400)] {
        let client = try home.asking(request)
        client.closeOutput()
        #expect(WireAnswer(client.receive())?.status == status)
      }
      let client = try home.client()
      client.closeOutput()
      #expect(client.receive().isEmpty)
    }

    @Test("clients that are gone before a run accepts them harm nobody")
    func gone() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      for number in 0..<60 {
        let client = try home.asking(number % 2 == 0 ? check : "")
        if number % 3 > 0 { client.resetAtEnd() }
      }
      let client = try home.asking(HostileRequest.get())
      home.watch()
      #expect(WireAnswer(client.receive())?.status == 200)
      #expect(home.unit.awaitRuns(1))
      #expect(home.unit.runs.map(\.status) == [0])
    }

    @Test("where more connect than the limit allows, those that ask are answered all the same")
    func crowd() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      let silent = try (0..<ConnectionPool.connectionLimit + 44).map { _ in try home.client() }
      let asking = try (0..<20).map { _ in try home.asking(check) }
      home.watch()
      for client in asking { #expect(WireAnswer(client.receive())?.status == 202) }
      for client in silent { #expect([nil, 408].contains(WireAnswer(client.receive())?.status)) }
      home.unit.stop()
      for run in home.unit.runs { #expect(run.status == 0) }
    }

    @Test("three hundred who ask at once are all answered")
    func rush() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      home.watch()
      let (statuses, port, check) = (Box<[Int?]>([]), home.unit.port, check)
      concurrently(300, atOnce: 300) { _ in
        let client = try? Client(port: port)
        client?.send(check)
        let status = client.flatMap { WireAnswer($0.receive()) }?.status
        statuses.value.withLock { $0.append(status) }
      }
      #expect(statuses.value.withLock { $0 } == Array(repeating: 202, count: 300))
      home.unit.stop()
      for run in home.unit.runs { #expect(run.status == 0) }
      #expect(home.jellyfin.polls.count <= 2 * home.unit.runs.count)
    }

    @Test(
      "those who come again and again keep a run for ten seconds at most, however long its last poll takes")
    func insistence() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      // The fourth poll begins before connections are refused, and ends long after.
      home.jellyfin.slowDown(seconds: 3.2)
      home.watch()
      var answered: [Double] = []
      while home.unit.runs.isEmpty {
        let client = try home.asking(check)
        while client.isWaiting, home.unit.runs.isEmpty { usleep(2000) }
        if home.unit.runs.isEmpty { answered.append(SocketUnit.now()) }
        usleep(100_000)
      }
      let run = home.unit.runs[0]
      #expect(run.ended - run.began > 12)
      #expect(answered.filter { $0 > run.began + 11.5 }.isEmpty)
      #expect(answered.contains { $0 > run.began + 8 })
      for (earlier, later) in zip(home.jellyfin.polls, home.jellyfin.polls.dropFirst()) {
        #expect(later - earlier > 0.95)
      }
      home.jellyfin.slowDown(seconds: 0)
    }
  }
}
