/**
 * The strikes of markets.
 *
 * @module
 */
import type { Refusal, Strike } from "../Entities.ts"
import { invalidParameters } from "../refusals.ts"

export const checkStrike = ({ cap, floor, type }: Strike): Refusal | undefined => {
  const needs = {
    greater: [floor],
    greater_or_equal: [floor],
    less: [cap],
    less_or_equal: [cap],
    between: [floor, cap]
  }[type]
  return needs.every((bound) => Number.isFinite(bound)) && (floor ?? -Infinity) < (cap ?? Infinity)
    ? undefined
    : invalidParameters(
        "a strike needs a floor (greater), a cap (less), or a floor that is lower than its cap (between)"
      )
}
