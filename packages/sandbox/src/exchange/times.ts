/**
 * The times that the API can represent.
 *
 * @module
 */

/** The last second that RFC 3339 can represent. */
export const latestMillis = 253_402_300_799_000

/** A time is in whole milliseconds, from the beginning of 1970 to the end of the year 9999. */
export const isTime = (millis: number): boolean => Number.isInteger(millis) && millis >= 0 && millis <= latestMillis

/** The longest delay of Node's timers, about 24 days. A longer delay would end immediately. */
export const longestDelayMillis = 2 ** 31 - 1

export const isDelay = (millis: number): boolean => millis >= 0 && millis <= longestDelayMillis
