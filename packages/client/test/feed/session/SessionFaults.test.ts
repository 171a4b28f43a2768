import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { sessionFaults } from "../support/sessionFaults.ts"

const trial = fileURLToPath(new URL("../support/sessionTrial.ts", import.meta.url))

/** Runs the trials in a separate process, because they change the sources while the sources load. */
const runTrials = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [trial], { stdio: ["ignore", "pipe", "inherit"] })
    let output = ""
    child.stdout.on("data", (chunk: Buffer) => void (output += chunk.toString("utf8")))
    child.once("error", reject)
    child.once("close", () => resolve(output))
  })

describe("sessionFaults", () => {
  it("are all detected by the property of sessionModel.ts", { timeout: 600_000 }, async () => {
    const lines = (await runTrials()).trim().split("\n")
    const verdicts = lines.map((line): { readonly name: string; readonly verdict: string } => JSON.parse(line))
    assert.deepStrictEqual(
      verdicts.filter(({ verdict }) => verdict !== "detected"),
      []
    )
    assert.strictEqual(verdicts.length, sessionFaults.length)
  })
})
