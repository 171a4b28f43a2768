/**
 * The search for events and markets by words.
 *
 * @module
 */

export interface MarketEntry {
  readonly ticker: string
  readonly title: string
  readonly yes_sub_title: string
  readonly close_time: string
  /** The traded contracts, a decimal string. */
  readonly volume_fp: string
}

/** An event with its open markets. */
export interface EventEntry {
  readonly event_ticker: string
  readonly series_ticker: string
  readonly title: string
  readonly sub_title: string
  readonly markets: ReadonlyArray<MarketEntry>
}

export interface Hit {
  readonly type: "event" | "market"
  readonly ticker: string
  readonly event_ticker: string
  readonly series_ticker: string
  /** The title of the event. */
  readonly title: string
  /** The subtitle of the event, or what the market's YES means. */
  readonly sub_title: string
  /** Undefined for an event. */
  readonly close_time: string | undefined
}

/** Converts to lower case, without accents. */
export const fold = (text: string): string =>
  // Most texts are ASCII and need no normalization.
  /^[\u0020-\u007e]*$/.test(text)
    ? text.toLowerCase()
    : text
        .normalize("NFKD")
        .replaceAll(/\p{M}/gu, "")
        .toLowerCase()
        .replaceAll("ß", "ss")
        .replaceAll("ø", "o")
        .replaceAll("ł", "l")

export const wordsOf = (query: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(
    query.flatMap((text) =>
      fold(text)
        .split(/\s+/)
        .filter((word) => word !== "")
    )
  )
]

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character)

/** How badly a word matches a text: 0 is best. Undefined if the text does not contain the word. */
const costIn = (text: string, word: string): number | undefined => {
  let best: number | undefined
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const startsWord = at === 0 || !isWordCharacter(text[at - 1]) || !isWordCharacter(word[0])
    const endsWord = !isWordCharacter(text[at + word.length]) || !isWordCharacter(word.at(-1))
    if (startsWord && endsWord) return 0
    const cost = startsWord ? 1 : 3
    if (best === undefined || cost < best) best = cost
  }
  return best
}

/** Texts converted by {@link fold}. */
interface Texts {
  readonly ticker: string
  readonly own: string
  /** The texts of the event of a market. Empty for an event. */
  readonly inherited: string
}

/** The extra cost of a word that only the event contains: it describes the event rather than the market. */
const inheritedCost = 2

const costOfWord = ({ inherited, own, ticker }: Texts, word: string): number | undefined => {
  if (ticker.startsWith(word)) return 0
  const costs = [
    costIn(own, word),
    costIn(ticker, word),
    inherited === "" ? undefined : add(costIn(inherited, word), inheritedCost)
  ]
  return costs.reduce(
    (best, cost) => (best === undefined || (cost !== undefined && cost < best) ? cost : best),
    undefined
  )
}

const add = (cost: number | undefined, more: number): number | undefined =>
  cost === undefined ? undefined : cost + more

/** How badly the words match the texts. Undefined if a word is missing. */
const costOf = (texts: Texts, words: ReadonlyArray<string>): number | undefined => {
  // An exact ticker matches best, then a ticker that begins with the query.
  if (words.length === 1 && texts.ticker.startsWith(words[0]!)) return texts.ticker === words[0] ? -2 : -1
  let sum = 0
  for (const word of words) {
    const cost = costOfWord(texts, word)
    if (cost === undefined) return undefined
    sum += cost
  }
  return sum
}

interface Ranked {
  readonly hit: Hit
  readonly cost: number
  readonly volume: number
}

const volumeOf = ({ volume_fp }: MarketEntry): number => {
  const volume = Number(volume_fp)
  return Number.isFinite(volume) ? volume : 0
}

const compare = (left: Ranked, right: Ranked): number =>
  left.cost - right.cost ||
  Number(left.hit.type === "market") - Number(right.hit.type === "market") ||
  right.volume - left.volume ||
  (left.hit.ticker < right.hit.ticker ? -1 : 1)

const rankEvent = (event: EventEntry, words: ReadonlyArray<string>, ranked: Array<Ranked>): void => {
  const { event_ticker, series_ticker, sub_title, title } = event
  const described = fold(`${title}\n${sub_title}\n${series_ticker}`)
  const own = { ticker: fold(event_ticker), own: described, inherited: "" }
  const cost = costOf(own, words)
  if (cost !== undefined) {
    const volume = event.markets.reduce((sum, market) => sum + volumeOf(market), 0)
    const hit: Hit = {
      type: "event",
      ticker: event_ticker,
      event_ticker,
      series_ticker,
      title,
      sub_title,
      close_time: undefined
    }
    ranked.push({ hit, cost, volume })
  }
  const inherited = `${own.ticker}\n${described}`
  for (const market of event.markets) {
    const texts = {
      ticker: fold(market.ticker),
      own: fold(`${market.yes_sub_title}\n${market.title}`),
      inherited
    }
    const cost = costOf(texts, words)
    if (cost === undefined) continue
    const hit: Hit = {
      type: "market",
      ticker: market.ticker,
      event_ticker,
      series_ticker,
      title,
      sub_title: market.yes_sub_title,
      close_time: market.close_time
    }
    ranked.push({ hit, cost, volume: volumeOf(market) })
  }
}

/**
 * Finds the events and markets whose texts contain every word. If matches are equally good, events come before markets,
 * and more traded contracts come before fewer.
 */
export const search = (events: Iterable<EventEntry>, query: ReadonlyArray<string>): ReadonlyArray<Hit> => {
  const words = wordsOf(query)
  const ranked: Array<Ranked> = []
  if (words.length > 0) for (const event of events) rankEvent(event, words, ranked)
  return ranked.sort(compare).map(({ hit }) => hit)
}
