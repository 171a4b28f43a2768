import { assert, describe, it } from "@effect/vitest"
import type * as LiveData from "@kalshi-effect/client/LiveData"
import * as fc from "fast-check"
import { Exchange } from "../../../src/exchange/Exchange.ts"
import { cityNames } from "../../../src/exchange/reference/weather/cities.ts"
import { sampleSize, seed as propertySeed } from "../../support/floor.ts"
import { readsOf } from "../../support/reads.ts"

const minute = 60_000
const day = 1_440 * minute

/** Six hours and 30 seconds after the first calibration of September takes effect. */
const now = Date.UTC(2026, 8, 7, 18, 0, 30)

const launch = Date.UTC(2026, 7, 24)

const open = (seed = 1) => {
  // The time of an exchange never goes back, so each read has its own exchange.
  const read = (path: string, atMillis: number) => readsOf(new Exchange({ seed }))(path, atMillis)
  return {
    read,
    index: (city: string, query: string, atMillis = now) => {
      const got = read(`/live_data/weather/${city}?${query}`, atMillis)
      assert.strictEqual(got.status, 200, JSON.stringify(got.body))
      return got.body as unknown as LiveData.GetWeatherIndexResponse // the routes are typed by this response
    },
    calibrations: (city: string, atMillis = now) =>
      read(`/live_data/weather/${city}/calibrations`, atMillis)
        .body as unknown as LiveData.GetWeatherIndexCalibrationsResponse // the routes are typed by this response
  }
}

describe("the weather index", () => {
  it("has one point for each minute of a window with inclusive bounds, up to three minutes ago", () => {
    const { index } = open()
    const to = now - 3 * day
    const points = index("nyc", `from=${to - 10 * minute}&to=${to}`).timeseries
    const first = Math.ceil((to - 10 * minute) / minute) * minute
    assert.deepStrictEqual(
      points.map(({ t }) => t),
      Array.from({ length: 10 }, (_, count) => first + count * minute)
    )
    assert.deepStrictEqual(
      index("nyc", `from=${first}&to=${first}`).timeseries.map(({ t }) => t),
      [first]
    )
    // The last three minutes are not final yet.
    const newest = Math.floor(now / minute) * minute - 3 * minute
    assert.strictEqual(index("nyc", "").timeseries.at(-1)?.t, newest)
    assert.deepStrictEqual(index("nyc", ""), index("nyc", "last_sec=86400"))
    assert.deepStrictEqual(index("nyc", ""), index("nyc", `to=${now}`))
    assert.deepStrictEqual(index("nyc", `from=${now - day}&to=${now + day}`), index("nyc", ""))
    assert.deepInclude(index("nyc", `from=${now + minute}&to=${now + day}`), { timeseries: [], config_version: "" })
  })

  it("has few gaps, has plausible values, and is degraded where one station failed", () => {
    for (const city of cityNames) {
      const { timeseries } = open(7).index(city, "last_sec=604800")
      assert.isBelow(timeseries.length, 7 * 1_440 - 3, "gaps")
      assert.isAbove(timeseries.length, 7 * 1_440 * 0.97)
      assert.deepStrictEqual([...new Set(timeseries.map(({ status }) => status))].sort(), ["degraded", "normal"])
      // One assertion for each rule, because there are many points.
      const violations = timeseries.flatMap(({ contributors, status, t, v = NaN }, position) => {
        const { t: before, v: last = NaN } = timeseries[position - 1] ?? { t: NaN }
        return [
          v > -30 && v < 120 ? "" : `${t} is ${v}`,
          Math.round(v * 100) / 100 === v ? "" : `${v} is not rounded`,
          t % minute === 0 ? "" : `${t} is not a minute`,
          contributors === 4 || (contributors === 3 && status === "degraded") ? "" : `${t} has ${contributors}`,
          t - before !== minute || Math.abs(v - last) < 3 ? "" : `${t} moves from ${last} to ${v}`
        ].filter((violation) => violation !== "")
      })
      assert.deepStrictEqual(violations, [], city)
    }
  })

  it("can be reproduced from its readings and calibrations, for any seed, city and time", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(...cityNames),
        fc.integer({ min: launch, max: now - minute }),
        (seed, city, to) => {
          const { calibrations, index } = open(seed)
          const { timeseries } = index(city, `from=${to - 30 * minute}&to=${to}&detailed=true`)
          const records = calibrations(city).calibrations
          for (const { contributors, stations = [], t, v } of timeseries) {
            if (v === undefined) continue
            const record = records.findLast(({ effective_at_ms }) => effective_at_ms <= t) ?? records[0]!
            const accepted = stations.filter(({ code }) => code === "ok")
            assert.strictEqual(contributors, accepted.length)
            let [weights, sum] = [0, 0]
            for (const { station_id, temp_f } of accepted) {
              const { offset_c, weight } = record.stations.find((station) => station.station_id === station_id)!
              weights += weight
              sum += weight * ((temp_f! - 32) / 1.8 - offset_c)
            }
            const fahrenheit = (sum / weights + record.city_reference_c) * 1.8 + 32
            assert.approximately(v, fahrenheit, 0.005_001)
          }
        }
      ),
      { seed: propertySeed, numRuns: sampleSize(100, 2_000) }
    )
  })

  it("shows the readings of each station of a city, sorted by id, with the reasons of failures", () => {
    const { timeseries } = open().index("miami", "last_sec=172800&detailed=true")
    const ids = ["KHWO1M", "KMIA1M", "KOPF1M", "KTMB1M"]
    const seen = new Set<string>()
    for (const { stations = [], status, t } of timeseries) {
      assert.deepStrictEqual(
        stations.map(({ station_id }) => station_id),
        ids
      )
      for (const reading of stations) {
        seen.add(`${reading.code} ${reading.source ?? ""}`.trim())
        assert.strictEqual(reading.temp_f === undefined, reading.source === undefined)
        assert.strictEqual(reading.obs_time_ms !== undefined, reading.source === "metar")
        if (status !== "incomplete" && reading.received_at_ms !== undefined) {
          assert.strictEqual(reading.code === "late", reading.received_at_ms > t + 3 * minute)
        }
      }
      const isWhole = stations.every(({ code, source }) => code === "ok" && source === "hf_asos")
      assert.strictEqual(status === "normal", isWhole && status !== "incomplete")
    }
    for (const disposition of [
      "ok hf_asos",
      "ok metar",
      "missing",
      "late hf_asos",
      "rate_spatial hf_asos",
      "pending"
    ]) {
      assert.isTrue(seen.has(disposition), disposition)
    }
  })

  it("serves the last three minutes as incomplete if `detailed` is set", () => {
    const { index } = open()
    const at = (atMillis: number) => index("chicago", "last_sec=300&detailed=true", atMillis).timeseries
    const incomplete = at(now).filter(({ status }) => status === "incomplete")
    assert.deepStrictEqual(
      incomplete.map(({ t }) => now - t),
      [150_000, 90_000, 30_000]
    )
    for (const point of incomplete) {
      assert.notProperty(point, "v")
      assert.notProperty(point, "contributors")
      for (const { code, received_at_ms } of point.stations ?? []) {
        assert.strictEqual(code, "pending")
        assert.isAtMost(received_at_ms ?? 0, now)
      }
    }
    const received = (atMillis: number) => {
      const point = at(atMillis).find(({ t }) => t === now - 30_000)!
      return point.stations?.filter(({ temp_f }) => temp_f !== undefined).length
    }
    assert.strictEqual(received(now - 30_000), 0)
    assert.strictEqual(received(now + 30_000), 4)
    // A final value does not change.
    const minutesAgo = (atMillis: number) =>
      index("chicago", `from=${now - 600_000}&to=${now - 180_000}`, atMillis).timeseries
    assert.deepStrictEqual(minutesAgo(now + 5 * day), minutesAgo(now))
  })

  it("marks points before its launch as a backfill, and gives them the launch configuration", () => {
    const { index } = open()
    const { timeseries } = index("miami", `from=${launch - 2 * minute}&to=${launch + minute}`)
    assert.deepStrictEqual(
      timeseries.map(({ receipt_basis }) => receipt_basis),
      ["synoptic_latency", "synoptic_latency", undefined, undefined]
    )
    assert.strictEqual(index("miami", "to=600000", 900_000).config_version, "miami-temperature-v1.0")
  })
})

describe("the calibrations of the weather index", () => {
  it("begin with the launch configuration, and grow by one after each complete week", () => {
    const { calibrations, index } = open()
    const monday = Date.UTC(2026, 7, 31)
    const versions = (atMillis: number) =>
      calibrations("miami", atMillis).calibrations.map((record) => record.config_version)
    const [first, second] = ["miami-temperature-v1.0", "miami-temperature-v1.0-cal-20260831"]
    assert.deepStrictEqual(versions(0), [first])
    const record = calibrations("miami", monday + 2 * day).calibrations[1]!
    assert.deepStrictEqual(versions(record.published_at_ms! - 1), [first])
    assert.deepStrictEqual(versions(record.published_at_ms!), [first, second])
    assert.deepInclude(record, { calibration_window_start_ms: launch, calibration_window_end_ms: monday })
    const version = (to: number) => index("miami", `from=${to}&to=${to}`).config_version
    assert.strictEqual(version(record.effective_at_ms - minute), first)
    assert.strictEqual(version(record.effective_at_ms), second)
  })

  it("are only appended, have constant weights, and use the weighted mean offset as reference", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...cityNames), fc.nat(40), fc.nat(40), (seed, city, one, other) => {
        const { calibrations } = open(seed)
        const [few, many] = [one, one + other].map((weeks) => calibrations(city, now + weeks * 7 * day).calibrations)
        assert.deepStrictEqual(many!.slice(0, few!.length), few)
        for (const [position, { city_reference_c, effective_at_ms, stations }] of many!.entries()) {
          assert.isAbove(effective_at_ms, many![position - 1]?.effective_at_ms ?? 0)
          assert.approximately(
            stations.reduce((sum, { weight }) => sum + weight, 0),
            1,
            1e-9
          )
          const reference = stations.reduce((sum, { offset_c, weight }) => sum + weight * offset_c, 0)
          assert.approximately(city_reference_c, reference, 1e-9)
          for (const [which, { offset_c, station_id, update_note, weight }] of stations.entries()) {
            const before = many![position - 1]?.stations[which]
            assert.deepInclude(many![0]!.stations[which], { station_id, weight })
            assert.strictEqual(update_note === undefined, before === undefined)
            if (update_note?.startsWith("insufficient")) assert.strictEqual(offset_c, before?.offset_c)
          }
        }
      }),
      { seed: propertySeed, numRuns: sampleSize(50, 1_000) }
    )
  })

  it("end after ten years, so that the list stays finite", () => {
    assert.strictEqual(open().calibrations("nyc", Date.UTC(9_999, 0, 1)).calibrations.length, 521)
  })
})
