/**
 * The weather index in wire format.
 *
 * @module
 */
import type * as LiveData from "@kalshi-effect/client/LiveData"
import type { CalibratedStation, Calibration } from "../../exchange/reference/weather/calibrations.ts"
import type { IndexPoint, Reading } from "../../exchange/reference/weather/weatherIndex.ts"

export const toPoint = (point: IndexPoint, detailed: boolean): LiveData.WeatherIndexPoint => {
  const { value } = point
  return {
    t: point.atMillis,
    ...(value === undefined ? undefined : { v: value, contributors: point.contributors }),
    status: point.status,
    ...(point.isBackfill ? { receipt_basis: "synoptic_latency" } : undefined),
    ...(detailed ? { stations: point.readings.toSorted(byStation).map(toReading) } : undefined)
  }
}

const byStation = (left: Reading, right: Reading): number => (left.stationId < right.stationId ? -1 : 1)

const toReading = (reading: Reading): LiveData.WeatherIndexStationReading => {
  const { observedMillis, primaryCode, receivedMillis, source, temperature } = reading
  return {
    station_id: reading.stationId,
    code: reading.code,
    ...(source === undefined ? undefined : { source }),
    ...(temperature === undefined ? undefined : { temp_f: temperature }),
    ...(observedMillis === undefined ? undefined : { obs_time_ms: observedMillis }),
    ...(receivedMillis === undefined ? undefined : { received_at_ms: receivedMillis }),
    ...(primaryCode === undefined ? undefined : { primary_code: primaryCode })
  }
}

export const toCalibration = (calibration: Calibration): LiveData.WeatherIndexCalibration => {
  const { window } = calibration
  return {
    config_version: calibration.version,
    published_at_ms: calibration.publishedMillis,
    effective_at_ms: calibration.effectiveMillis,
    change_reason: calibration.reason,
    ...(window === undefined
      ? undefined
      : { calibration_window_start_ms: window.startMillis, calibration_window_end_ms: window.endMillis }),
    city_reference_c: calibration.reference / 10_000,
    stations: calibration.stations.map(toStation)
  }
}

const toStation = (station: CalibratedStation): LiveData.WeatherIndexCalibrationStation => ({
  station_id: station.stationId,
  weight: station.weightPercent / 100,
  offset_c: station.offset / 100,
  ...(station.note === undefined ? undefined : { update_note: station.note })
})
