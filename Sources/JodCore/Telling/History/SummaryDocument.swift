/// What `jod-check report --json` prints (docs/status.md). Times are RFC 3339 in UTC, lengths are in seconds, energy is in
/// watt-hours.
public struct SummaryDocument: Hashable, Sendable {
  public struct Sums: Hashable, Sendable {
    var onSeconds: Int
    var offSeconds: Int
    var unknownSeconds: Int
    var activeSeconds: Int
    var wakes: Int
    var failedWakes: Int
    var timeToReadySeconds: Double?
    var usedWattHours: Double?
    var savedWattHours: Double?
    var usedCost: Double?
    var savedCost: Double?
  }

  public struct PastWake: Hashable, Sendable {
    var at: String
    var user: String
    var client: String
    var device: String
    var kind: String
    var requests: Int
    var readyAfterSeconds: Double?
    var failed: Bool
  }

  public struct Interval: Hashable, Sendable {
    var from: String
    var to: String
  }

  public struct PowerInterval: Hashable, Sendable {
    var from: String
    var to: String
    var power: Power
  }

  public struct Day: Hashable, Sendable {
    /// By the machine's own calendar.
    var date: String
    var from: String
    /// The end of the day, or the present.
    var to: String
    var sums: Sums
    var storage: [PowerInterval]
    var activity: [Interval]
    var wakes: [PastWake]
  }

  public struct Watts: Hashable, Sendable {
    var on: Double
    var off: Double
  }

  public struct Price: Hashable, Sendable {
    var perKilowattHour: Double
    var currency: String
  }

  var days: [Day]
  var total: Sums
  var watts: Watts?
  var price: Price?

  public init(_ summary: Summary) {
    days = summary.days.map { day in
      Day(
        date: day.day.date, from: UTC.text(day.day.start), to: UTC.text(min(day.day.end, summary.now)),
        sums: Sums(day.sums, summary.price),
        storage: day.power.map {
          PowerInterval(from: UTC.text($0.interval.start), to: UTC.text($0.interval.end), power: $0.power)
        },
        activity: day.activity.map { Interval(from: UTC.text($0.start), to: UTC.text($0.end)) },
        wakes: day.wakes.map(PastWake.init))
    }
    total = Sums(summary.total, summary.price)
    watts = summary.watts.map { Watts(on: $0.on, off: $0.off) }
    price = summary.price.map { Price(perKilowattHour: $0.perKilowattHour, currency: $0.currency) }
  }
}

extension SummaryDocument.Sums {
  init(_ sums: Summary.Sums, _ price: ElectricityPrice?) {
    func cost(_ energy: Double?) -> Double? {
      energy.flatMap { energy in price.map { ($0.cost(energy) * 10_000).rounded() / 10_000 } }
    }
    self.init(
      onSeconds: Int(sums.on), offSeconds: Int(sums.off), unknownSeconds: Int(sums.unknown),
      activeSeconds: Int(sums.active), wakes: sums.wakes, failedWakes: sums.failedWakes,
      timeToReadySeconds: sums.timeToReady, usedWattHours: sums.used.map(Self.tenths),
      savedWattHours: sums.saved.map(Self.tenths), usedCost: cost(sums.used), savedCost: cost(sums.saved))
  }

  private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

extension SummaryDocument.PastWake {
  init(_ wake: Summary.PastWake) {
    self.init(
      at: UTC.text(wake.at), user: wake.user, client: wake.client, device: wake.device, kind: wake.kind,
      requests: wake.requests, readyAfterSeconds: wake.readyAfter, failed: wake.failed)
  }
}

// MARK: - As JSON

extension SummaryDocument: JSONEncodable {
  public var json: JSON {
    .complete(["days": days.json, "total": total.json, "watts": watts.json, "price": price.json])
  }
}

extension SummaryDocument.Sums: JSONEncodable {
  public var json: JSON {
    .complete([
      "on_seconds": onSeconds.json, "off_seconds": offSeconds.json, "unknown_seconds": unknownSeconds.json,
      "active_seconds": activeSeconds.json, "wakes": wakes.json, "failed_wakes": failedWakes.json,
      "time_to_ready_seconds": timeToReadySeconds.json, "used_watt_hours": usedWattHours.json,
      "saved_watt_hours": savedWattHours.json, "used_cost": usedCost.json, "saved_cost": savedCost.json,
    ])
  }
}

extension SummaryDocument.PastWake: JSONEncodable {
  public var json: JSON {
    .complete([
      "at": at.json, "user": user.json, "client": client.json, "device": device.json, "kind": kind.json,
      "requests": requests.json,
      "ready_after_seconds": readyAfterSeconds.json, "failed": failed.json,
    ])
  }
}

extension SummaryDocument.Interval: JSONEncodable {
  public var json: JSON { .complete(["from": from.json, "to": to.json]) }
}

extension SummaryDocument.PowerInterval: JSONEncodable {
  public var json: JSON { .complete(["from": from.json, "to": to.json, "power": power.json]) }
}

extension SummaryDocument.Day: JSONEncodable {
  public var json: JSON {
    .complete([
      "date": date.json, "from": from.json, "to": to.json, "sums": sums.json, "storage": storage.json,
      "activity": activity.json,
      "wakes": wakes.json,
    ])
  }
}

extension SummaryDocument.Watts: JSONEncodable {
  public var json: JSON { .complete(["on": on.json, "off": off.json]) }
}

extension SummaryDocument.Price: JSONEncodable {
  public var json: JSON {
    .complete(["per_kilowatt_hour": perKilowattHour.json, "currency": currency.json])
  }
}
