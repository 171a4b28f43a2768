/**
 * Shared code of the TypeScript drivers. A driver plays the scenarios of the judge (`kalshi-contract serve`) with a
 * client, and reports what the client returns.
 *
 * @module
 */
import type { Assignment } from "../../src/conformance/Judge.ts"
import type { Result, Step, Verb } from "../../src/conformance/Scenario.ts"
import type { Client, Scorecard } from "../../src/conformance/Scorecard.ts"

export type { Assignment, Client, Result, Step }

export interface Player {
  readonly call: (step: Step) => Promise<Result>
  readonly close?: () => Promise<void>
}

export interface Driver {
  readonly client: Client
  readonly key: "rsa" | "ed25519"
  readonly open: (assignment: Assignment) => Promise<Player>
}

const request = async (url: string, body?: object): Promise<unknown> => {
  const response = await fetch(
    url,
    body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
  )
  if (!response.ok) throw new Error(`${url} ${response.status} ${await response.text()}`)
  return response.json()
}

export const play = async (judge: string, run: string, scenario: string, driver: Driver): Promise<void> => {
  const path = `${judge}/runs/${run}/scenarios/${scenario}`
  const assignment = (await request(path, {})) as Assignment // the judge sends this type
  const results: Array<Result> = []
  const player = await driver.open(assignment)
  try {
    // A step that the client does not support makes the whole scenario unsupported, so the later steps are not played.
    let missing: Result | undefined
    for (const step of assignment.steps) {
      if (step.do !== "continue") {
        const result: Result = missing ?? (await player.call(step))
        if ("unsupported" in result) missing = result
        results.push(result)
      } else if (missing === undefined) {
        await request(judge + assignment.continue, {})
      }
    }
  } finally {
    await player.close?.()
  }
  await request(judge + assignment.end, { results })
}

/** Plays scenarios, and returns the scorecard. An empty `only` selects all scenarios. */
export const playAll = async (judge: string, driver: Driver, only: ReadonlyArray<string> = []): Promise<Scorecard> => {
  const { client, key } = driver
  // The casts are safe: the judge sends these types.
  const started = (await request(`${judge}/runs`, { client, key })) as {
    readonly run: string
    readonly scenarios: ReadonlyArray<string>
  }
  for (const scenario of started.scenarios.filter((id) => only.length === 0 || only.includes(id))) {
    await play(judge, started.run, scenario, driver)
  }
  return (await request(`${judge}/runs/${started.run}/scorecard`)) as Scorecard
}

/**
 * Runs a driver as a program. Arguments: the judge's address, a file for the JSON scorecard (`-` for none), and
 * scenario ids (default: all).
 */
export const main = async (driver: Driver): Promise<void> => {
  const { writeFileSync } = await import("node:fs")
  const [judge = "http://127.0.0.1:8790", file, ...only] = process.argv.slice(2)
  const card = await playAll(judge, driver, only)
  if (file !== undefined && file !== "-") writeFileSync(file, `${JSON.stringify(card, null, 2)}\n`)
  const { renderText } = await import("../../src/conformance/Scorecard.ts")
  console.log(renderText(card))
}

/** Returns the input of a step. Its fields are named as on the wire. */
export const inputOf = <A>(step: Step): A => step.input as A // the judge sends this type

export const unsupported = (verb: Verb, why: string): Result => ({ unsupported: `${verb}: ${why}` })
