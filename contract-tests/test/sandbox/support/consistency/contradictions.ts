/** Finds the contradictions between the responses of the local exchange. */
import * as Effect from "effect/Effect"
import { collect } from "./collecting.ts"
import { exceptions } from "./exceptions.ts"
import type { Body, Reader } from "./reading.ts"
import { Responses, rules } from "./sums.ts"
import { walk } from "./walking.ts"

export interface Findings {
  readonly bodies: ReadonlyArray<Body>
  readonly contradictions: ReadonlyArray<string>
  readonly followed: ReadonlyMap<string, number>
  readonly excused: ReadonlySet<string>
}

export const find = (reader: Reader) =>
  Effect.gen(function* () {
    const { bodies, faults } = yield* collect(reader)
    const { excused, faults: unfollowed, followed } = yield* walk(reader, bodies, exceptions)
    const responses = new Responses(bodies, reader.nowMillis)
    const broken = Object.entries(rules).flatMap(([name, rule]) => rule(responses).map((fault) => `${name}: ${fault}`))
    const findings: Findings = { bodies, contradictions: [...faults, ...unfollowed, ...broken], followed, excused }
    return findings
  })
