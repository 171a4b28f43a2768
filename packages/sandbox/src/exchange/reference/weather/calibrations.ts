/**
 * The configurations of a city's weather index: the launch configuration and its weekly calibrations.
 *
 * @module
 */
import { fractionOf, hashOf, mix } from "../random.ts"
import type { City } from "./cities.ts"

/** A configuration of the index. Offsets are in hundredths of a degree Celsius. */
export interface Calibration {
  readonly version: string
  readonly publishedMillis: number
  readonly effectiveMillis: number
  readonly reason: string
  /** The observation window. Undefined for the launch configuration. */
  readonly window: { readonly startMillis: number; readonly endMillis: number } | undefined
  readonly stations: ReadonlyArray<CalibratedStation>
  /** The sum of weight times offset over all stations, in ten-thousandths of a degree Celsius. */
  readonly reference: number
}

export interface CalibratedStation {
  readonly stationId: string
  readonly weightPercent: number
  readonly offset: number
  /** Undefined for the launch configuration. */
  readonly note: string | undefined
}

const hour = 3_600_000
const week = 7 * 24 * hour

/** The index of every city starts on this Monday. Earlier values are a backfill with the launch configuration. */
export const launchMillis = /*#__PURE__*/ Date.UTC(2026, 7, 24)

/** Calibrations end after ten years. This limits their number if an operator moves the clock far ahead. */
const maxWeeks = 520

/** The number of complete weeks from the launch to `millis - delay`, but at most `maxWeeks`. */
const weeksAt = (millis: number, delay: number): number =>
  Math.max(0, Math.min(maxWeeks, Math.floor((millis - launchMillis - delay) / week)))

const publishDelay = 6 * hour
const effectDelay = 12 * hour

/** The calibrations that are published by `nowMillis`, oldest first. */
export const calibrationsBy = (seed: number, name: string, city: City, nowMillis: number): ReadonlyArray<Calibration> =>
  Array.from({ length: weeksAt(nowMillis, publishDelay) + 1 }, (_, weeks) => calibrationOf(seed, name, city, weeks))

/** Returns a function that finds the calibration in effect at a time. Computes each calibration once. */
export const calibrationFinder = (seed: number, name: string, city: City): ((millis: number) => Calibration) => {
  const known = new Map<number, Calibration>()
  return (millis) => {
    const weeks = weeksAt(millis, effectDelay)
    const calibration = known.get(weeks) ?? calibrationOf(seed, name, city, weeks)
    known.set(weeks, calibration)
    return calibration
  }
}

/** The configuration after a number of complete weeks since the launch. */
const calibrationOf = (seed: number, name: string, { stations }: City, weeks: number): Calibration => {
  const endMillis = launchMillis + weeks * week
  const isLaunch = weeks === 0
  const calibrated = stations.map(({ stationId, weightPercent }): CalibratedStation => {
    const offset = estimatedOffset(seed, stationId, weeks)
    const change = isLaunch ? 0 : offset - estimatedOffset(seed, stationId, weeks - 1)
    const note = isUpdated(seed, stationId, weeks)
      ? `updated with 10080 residuals: target ${celsius(offset)}, applied adjustment ${celsius(change)}`
      : "insufficient residuals: the previous offset is retained"
    return { stationId, weightPercent, offset, note: isLaunch ? undefined : note }
  })
  const day = new Date(endMillis).toISOString().slice(0, 10).replaceAll("-", "")
  return {
    version: `${name}-temperature-v1.0${isLaunch ? "" : `-cal-${day}`}`,
    publishedMillis: isLaunch ? endMillis : endMillis + publishDelay,
    effectiveMillis: isLaunch ? endMillis : endMillis + effectDelay,
    reason: isLaunch ? "launch" : "weekly offset calibration",
    window: isLaunch ? undefined : { startMillis: endMillis - week, endMillis },
    stations: calibrated,
    reference: calibrated.reduce((sum, { offset, weightPercent }) => sum + weightPercent * offset, 0)
  }
}

const celsius = (hundredths: number): string => (hundredths / 100).toFixed(2)

/** How much warmer a station is than the city, in hundredths of a degree Celsius. */
export const trueOffset = (seed: number, stationId: string): number =>
  Math.round(160 * fractionOf(hashOf(`offset ${seed} ${stationId}`)) - 80)

const isUpdated = (seed: number, stationId: string, weeks: number): boolean =>
  weeks === 0 || mix(hashOf(`calibration ${seed} ${stationId}`), weeks) % 8 !== 0

/** The true offset with an error of at most 0.1 °C. */
const estimatedOffset = (seed: number, stationId: string, weeks: number): number => {
  let last = weeks
  while (!isUpdated(seed, stationId, last)) {
    last--
  }
  const error = fractionOf(mix(hashOf(`error ${seed} ${stationId}`), last))
  return trueOffset(seed, stationId) + Math.round(20 * error - 10)
}
