/**
 * The cities of the weather index, with their stations.
 *
 * @module
 */

/** The weights of a city's stations add up to 100 percent. */
export interface Station {
  readonly stationId: string
  readonly weightPercent: number
}

/** Temperatures are in degrees Fahrenheit. */
export interface City {
  /** The mean over the year. */
  readonly mean: number
  /** How far the warmest and the coldest season differ from the mean. */
  readonly season: number
  /** How far the warmest and the coldest hour differ from the mean of the day. */
  readonly day: number
  /** The local time is this many hours behind UTC. */
  readonly hoursBehind: number
  readonly stations: ReadonlyArray<Station>
}

const station = (stationId: string, weightPercent: number): Station => ({ stationId, weightPercent })

const cities: Readonly<Record<string, City>> = {
  austin: {
    mean: 69,
    season: 17,
    day: 10,
    hoursBehind: 6,
    stations: [station("KATT1M", 40), station("KAUS1M", 30), station("KEDC1M", 15), station("KGTU1M", 15)]
  },
  chicago: {
    mean: 50,
    season: 24,
    day: 8,
    hoursBehind: 6,
    stations: [station("KMDW1M", 40), station("KORD1M", 30), station("KPWK1M", 15), station("KDPA1M", 15)]
  },
  miami: {
    mean: 77,
    season: 8,
    day: 6,
    hoursBehind: 5,
    stations: [station("KMIA1M", 40), station("KOPF1M", 30), station("KTMB1M", 15), station("KHWO1M", 15)]
  },
  nyc: {
    mean: 55,
    season: 22,
    day: 7,
    hoursBehind: 5,
    stations: [station("KNYC1M", 40), station("KLGA1M", 30), station("KJFK1M", 15), station("KEWR1M", 15)]
  }
}

export const cityNames: ReadonlyArray<string> = /*#__PURE__*/ Object.keys(cities)

export const isCity = (name: string): boolean => Object.hasOwn(cities, name)

/** Undefined for a city without a weather index. */
export const cityOf = (name: string): City | undefined => (isCity(name) ? cities[name] : undefined)
