import Testing

@testable import JodCore

@Suite("The price of electricity")
struct ElectricityPriceTests {
  @Test(
    "it is read in the forms that people write, and amounts are told in the same",
    arguments: [
      ("0.35 EUR", "0.46 EUR"), ("$0.17", "$0.22"), ("0,35 €", "0,46 €"), ("0.35€", "0.46€"),
      ("EUR 0.35", "EUR 0.46"), ("€ 0,35", "€ 0,46"), ("CHF 0.27", "CHF 0.35"), ("2,5 Kč", "3,25 Kč"),
      ("31 ¥", "40 ¥"), ("₹8", "₹10"), ("A$0.3", "A$0.39"), ("1.2 kr", "1.56 kr"), (" 0.35 EUR ", "0.46 EUR"),
      ("0.35 Fr.", "0.46 Fr."),
    ])
  func forms(_ text: String, _ amount: String) {
    #expect(ElectricityPrice(text)?.text(1300) == amount)
  }

  @Test(
    "anything else is refused, for it would be told as if it were true",
    arguments: [
      "", "0.35", "EUR", "€", "0 EUR", "0.0 EUR", "-0.35 EUR", "0.35 EUR 1", "EUR 0.35 EUR", "1.000,35 EUR",
      "0..35 EUR", ".35 EUR", "35. EUR", "0.35 EUR/kWh", "0.35  EUR", "35 ct", "0.35 kWh", "1e3 EUR",
      "0.35 $$",
      "0.35 E", "0.35 <b>", "0.35 E\u{202E}R", "٣ EUR", "1001 EUR", "0.12345678901 EUR", "nan EUR", "0x1 EUR",
      "0.35\nEUR", "€0.35€", "0 35 EUR",
    ])
  func refused(_ text: String) { #expect(ElectricityPrice(text) == nil) }

  @Test("what is wrong is told with what is accepted, and the rest of the configuration stands")
  func fault() {
    #expect(configuration(["ELECTRICITY_PRICE": "0.35 EUR"]).electricityPrice?.currency == "EUR")
    #expect(configuration(["ELECTRICITY_PRICE": ""]).electricityPrice == nil)
    do throws(ConfigurationError) {
      var environment = ["ELECTRICITY_PRICE": "much"]
      environment.merge([
        "STORAGE_SERVER_MAC": "02:00:00:00:00:01", "JELLYFIN_API_URL": "http://localhost:8096",
        "JELLYFIN_API_KEY": "k",
      ]) { $1 }
      _ = try Configuration(environment: environment)
      Issue.record("it was accepted")
    } catch {
      #expect(
        error.description
          == "ELECTRICITY_PRICE: \"much\" is not understood; accepted: the price of a kWh with its currency, such as 0.35 EUR, $0.17 or 0,35 €"
      )
    }
  }

  @Test("a cost is energy times price")
  func cost() throws {
    let price = try #require(ElectricityPrice("0.40 EUR"))
    #expect(price.cost(2500) == 1)
    #expect(price.text(0) == "0.00 EUR")
    #expect(price.text(-5) == "0.00 EUR")
  }
}
