/**
 * The temperature index of a city: at most one value for each minute, from the readings of the city's stations.
 *
 * A value depends only on the seed, the city and the minute. Temperatures are JSON numbers, as in the document.
 *
 * @module
 */
import { fractionOf, hashOf, mix } from "../random.ts"
import { calibrationFinder, type Calibration, launchMillis, trueOffset } from "./calibrations.ts"
import type { City } from "./cities.ts"

/** One station's reading for a minute. The values of `code` are from the OpenAPI document. */
export interface Reading {
  readonly stationId: string
  readonly code: "ok" | "missing" | "late" | "rate_spatial" | "pending"
  readonly source: "hf_asos" | "metar" | undefined
  /** Degrees Fahrenheit. */
  readonly temperature: number | undefined
  /** The time of a carried-forward observation. */
  readonly observedMillis: number | undefined
  readonly receivedMillis: number | undefined
  /** Why the primary observation was not used. */
  readonly primaryCode: string | undefined
}

export interface IndexPoint {
  readonly atMillis: number
  /** Degrees Fahrenheit, rounded to 0.01. Undefined for an incomplete minute. */
  readonly value: number | undefined
  readonly status: "normal" | "degraded" | "incomplete"
  readonly contributors: number
  /** Whether the point is from before the launch of the index. */
  readonly isBackfill: boolean
  readonly version: string
  readonly readings: ReadonlyArray<Reading>
}

const minute = 60_000
const hour = 60 * minute

/** A reading counts only if it is received within this time after the start of its minute. */
const deadlineMillis = 3 * minute

/** A minute has a value only if at least this many stations were accepted. */
const quorum = 3

/**
 * Returns the points of the index in the window, including its bounds. Until the deadline of a minute has passed, its
 * point is incomplete. After that, the minute has a final point, or no point if too few stations were accepted.
 */
export const pointsOf = (
  seed: number,
  name: string,
  city: City,
  window: { readonly fromMillis: number; readonly toMillis: number },
  nowMillis: number
): ReadonlyArray<IndexPoint> => {
  const calibrationAt = calibrationFinder(seed, name, city)
  const stations = stationsOf(seed, name, city)
  const points: Array<IndexPoint> = []
  const last = Math.floor(Math.min(window.toMillis, nowMillis) / minute) * minute
  for (let at = Math.max(0, Math.ceil(window.fromMillis / minute) * minute); at <= last; at += minute) {
    const point = pointAt(stations, calibrationAt(at), at, nowMillis)
    if (point !== undefined) {
      points.push(point)
    }
  }
  return points
}

const pointAt = (
  stations: Stations,
  calibration: Calibration,
  atMillis: number,
  nowMillis: number
): IndexPoint | undefined => {
  const readings = stations(atMillis)
  const common = { atMillis, isBackfill: atMillis < launchMillis, version: calibration.version }
  if (nowMillis < atMillis + deadlineMillis) {
    const pending = readings.map((reading) => pendingOf(reading, nowMillis))
    return { ...common, value: undefined, status: "incomplete", contributors: 0, readings: pending }
  }
  const accepted = readings.filter(({ code }) => code === "ok")
  return accepted.length < quorum
    ? undefined
    : {
        ...common,
        value: valueOf(calibration, accepted),
        status: readings.every(({ code, source }) => code === "ok" && source === "hf_asos") ? "normal" : "degraded",
        contributors: accepted.length,
        readings
      }
}

/** What is known about a reading while its minute is incomplete. */
const pendingOf = (reading: Reading, nowMillis: number): Reading =>
  reading.source === "hf_asos" && reading.receivedMillis !== undefined && reading.receivedMillis <= nowMillis
    ? { ...reading, code: "pending", primaryCode: undefined }
    : {
        ...reading,
        code: "pending",
        source: undefined,
        temperature: undefined,
        observedMillis: undefined,
        receivedMillis: undefined,
        primaryCode: undefined
      }

/**
 * The weighted mean of the accepted readings, each minus the offset of its station, plus the reference of the city. If
 * the readings of all stations are accepted, this equals the weighted mean of the readings themselves.
 */
const valueOf = ({ reference, stations }: Calibration, accepted: ReadonlyArray<Reading>): number => {
  let weights = 0
  let sum = 0
  for (const { offset, stationId, weightPercent } of stations) {
    const reading = accepted.find((other) => other.stationId === stationId)
    if (reading?.temperature !== undefined) {
      weights += weightPercent
      sum += weightPercent * ((reading.temperature - 32) / 1.8 - offset / 100)
    }
  }
  const celsius = sum / weights + reference / 10_000
  return Math.round((celsius * 1.8 + 32) * 100) / 100
}

type Stations = (atMillis: number) => ReadonlyArray<Reading>

const stationsOf = (seed: number, name: string, city: City): Stations => {
  const outages = hashOf(`outages ${seed} ${name}`)
  const temperatureAt = temperaturesOf(seed, name, city)
  const stations = city.stations.map(({ stationId }) => ({
    stationId,
    hash: hashOf(`readings ${seed} ${stationId}`),
    warmer: (trueOffset(seed, stationId) / 100) * 1.8
  }))
  return (atMillis) => {
    // An outage lasts ten minutes and affects the first two stations, so that too few stations are accepted.
    const isOutage = fractionOf(mix(outages, Math.floor(atMillis / (10 * minute)))) < 0.004
    return stations.map(({ hash, stationId, warmer }, index) =>
      readingOf(
        stationId,
        isOutage && index < 2 ? "outage" : mix(hash, atMillis / minute),
        (millis, error) => Math.round((temperatureAt(millis) + warmer + noiseAt(hash, millis) + error) * 10) / 10,
        atMillis
      )
    )
  }
}

/** Noise of less than half a degree Fahrenheit. */
const noiseAt = (hash: number, millis: number): number => 0.4 * wave(millis, 23 * minute, fractionOf(hash))

const readingOf = (
  stationId: string,
  chance: number | "outage",
  temperatureAt: (millis: number, error: number) => number,
  atMillis: number
): Reading => {
  const fraction = chance === "outage" ? 0 : fractionOf(chance)
  const receivedMillis = atMillis + 5_000 + (chance === "outage" ? 0 : mix(chance, 1) % 55_000)
  const primary = {
    stationId,
    code: "ok",
    source: "hf_asos",
    temperature: temperatureAt(atMillis, 0),
    observedMillis: undefined,
    receivedMillis,
    primaryCode: undefined
  } as const
  if (chance !== "outage" && fraction >= 0.012) {
    return primary
  }
  if (chance !== "outage" && fraction < 0.005) {
    // The official observation of minute 53 replaces the primary observation.
    const observedMillis = Math.max(0, Math.floor((atMillis - 53 * minute) / hour) * hour + 53 * minute)
    const temperature = temperatureAt(observedMillis, 0)
    return { ...primary, source: "metar", temperature, observedMillis, primaryCode: "missing" }
  }
  if (chance !== "outage" && fraction < 0.007) {
    return { ...primary, code: "late", receivedMillis: atMillis + deadlineMillis + 30_000 }
  }
  if (chance !== "outage" && fraction < 0.008) {
    return { ...primary, code: "rate_spatial", temperature: temperatureAt(atMillis, 15) }
  }
  return { ...primary, code: "missing", source: undefined, temperature: undefined, receivedMillis: undefined }
}

const year = 365.25 * 24 * hour

/** The temperatures in degrees Fahrenheit, from the season, the hour, and weather that lasts hours to days. */
const temperaturesOf = (seed: number, name: string, city: City): ((millis: number) => number) => {
  const phase = (what: string) => fractionOf(hashOf(`${what} ${seed} ${name}`))
  const [days, hours] = [phase("days"), phase("hours")]
  return (millis) => {
    const local = millis - city.hoursBehind * hour
    // The coldest day is in the middle of January, the coldest hour at 4 in the morning.
    return (
      city.mean -
      city.season * Math.cos(2 * Math.PI * ((millis / year) % 1) - 0.26) -
      city.day * Math.cos(2 * Math.PI * (((local - 4 * hour) / (24 * hour)) % 1)) +
      4 * wave(millis, 93 * hour, days) +
      1.5 * wave(millis, 7 * hour, hours)
    )
  }
}

const wave = (millis: number, period: number, phase: number): number =>
  Math.sin(2 * Math.PI * ((millis / period + phase) % 1))
