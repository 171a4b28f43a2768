/**
 * Starts Prism, an independent server, on loopback. As a mock server, Prism rejects requests that violate the reference
 * document. As a proxy, Prism reports violations in requests and responses.
 */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as http from "node:http"
import { createRequire } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import * as ReferenceDocument from "../../../src/reference/ReferenceDocument.ts"
import type * as Mutants from "../../../src/generate/Mutants.ts"
import { root, type Sent } from "../../../src/operations/Requests.ts"

export type Verdict =
  | { readonly accepted: true; readonly status: number }
  | { readonly accepted: false; readonly status: number; readonly reason: string }

/** The kinds of violations that Prism detects only partly or not at all, with the reasons. */
export const blindTo: Readonly<Partial<Record<Mutants.Kind, string>>> = {
  "unsafe-integer": "an integer without a format has no bound in JSON Schema",
  "non-finite-number": "an integer without a format has no bound in JSON Schema",
  "format-violation": "Prism's date-time is more lenient than RFC 3339"
}

export interface Prism {
  readonly judge: (sent: Sent) => Promise<Verdict>
  readonly stop: () => void
}

const timeoutMillis = 10_000

/**
 * The limit of a request's head, in bytes. The head of a request with many long query strings exceeds Node's default
 * limit.
 */
const maxHeaderBytes = 1024 * 1024

const main = (): string => {
  const manifest = createRequire(import.meta.url).resolve("@stoplight/prism-cli/package.json")
  return path.join(path.dirname(manifest), "dist", "index.js")
}

/**
 * Code for the Prism process: it exits when its standard input ends, for example because the parent process died, and
 * then deletes `folder`.
 */
const endWithInput = (folder: string): string =>
  `import { rmSync } from "node:fs"
  process.on("exit", () => rmSync(${JSON.stringify(folder)}, { recursive: true, force: true }))
  process.stdin.on("end", () => process.exit()).resume()`

/**
 * Copies the document and adds a schema dialect. Without it, Prism assumes draft 7 and rejects every tuple of a price
 * and a count.
 */
const copyDocument = (): string => {
  const document: unknown = JSON.parse(fs.readFileSync(ReferenceDocument.url(), "utf8"))
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "prism-")), "rest.json")
  const jsonSchemaDialect = "https://json-schema.org/draft/2020-12/schema"
  fs.writeFileSync(file, JSON.stringify({ ...(document as object), jsonSchemaDialect })) // A document is an object.
  return file
}

export interface Listening {
  readonly port: number
  readonly stop: () => void
}

const listen = async (command: "mock" | "proxy", ...upstream: ReadonlyArray<string>): Promise<Listening> => {
  const file = copyDocument()
  const child = spawn(
    process.execPath,
    [
      `--import=data:text/javascript,${encodeURIComponent(endWithInput(path.dirname(file)))}`,
      `--max-http-header-size=${maxHeaderBytes}`,
      main(),
      ...[command, "--host", "127.0.0.1", "--port", "0", file, ...upstream]
    ],
    { env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" }, stdio: ["pipe", "pipe", "pipe"] }
  )
  let printed = ""
  const port = await new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed = (printed + chunk.toString("utf8")).slice(-4096)
      const found = /Prism is listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)
      if (found !== null) resolve(Number(found[1]))
    }
    // Both pipes must be read, because a full pipe would block the process.
    child.stdout.on("data", read)
    child.stderr.on("data", read)
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`Prism ended with ${code}: ${printed}`)))
  })
  return { port, stop: () => void child.stdin.end() }
}

/** The proxy forwards every request, and reports violations in a header of the response. */
export const startProxy = (upstream: string): Promise<Listening> => listen("proxy", upstream)

export const start = async (): Promise<Prism> => {
  const { port, stop } = await listen("mock")
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })

  const judge = (sent: Sent): Promise<Verdict> =>
    new Promise((resolve, reject) => {
      if (!sent.target.startsWith(`${root}/`)) {
        reject(new Error(`a request outside of the API: ${sent.target}`))
        return
      }
      const headers = {
        ...Object.fromEntries(
          Object.entries(sent.headers).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
        ),
        ...(sent.body === undefined
          ? { "content-length": "0" }
          : { "content-type": sent.contentType ?? "", "content-length": String(Buffer.byteLength(sent.body)) })
      }
      const request = http.request(
        // Prism serves the paths of the document without the prefix `root`.
        { agent, host: "127.0.0.1", port, method: sent.method, path: sent.target.slice(root.length), headers },
        (response) => {
          let text = ""
          response.setEncoding("utf8")
          response.on("data", (chunk: string) => {
            text += chunk
          })
          response.once("end", () => {
            const status = response.statusCode ?? 0
            // The mock server rejects a request with 401, 400 or 422. The reason is in a header or in the body.
            const violations = response.headers["sl-violations"]
            const reason = `${typeof violations === "string" ? violations : ""} ${text}`.slice(0, 500)
            resolve(status >= 200 && status < 300 ? { accepted: true, status } : { accepted: false, status, reason })
          })
          response.once("error", reject)
        }
      )
      request.setTimeout(timeoutMillis, () =>
        request.destroy(new Error(`no response to ${sent.method} ${sent.target}`))
      )
      request.once("error", reject)
      request.end(sent.body)
    })

  return {
    judge,
    stop: () => {
      agent.destroy()
      stop()
    }
  }
}
