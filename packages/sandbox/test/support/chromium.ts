/**
 * A browser for tests: Chromium, driven over its DevTools protocol.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The path of Chromium; undefined if it is not installed. The environment variable `CHROMIUM` sets another path. */
export const chromium = ["chromium", "chromium-browser", "google-chrome"].reduce<string | undefined>(
  (found, name) => found ?? pathOf(name),
  process.env["CHROMIUM"]
)

function pathOf(name: string): string | undefined {
  try {
    return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim() || undefined
  } catch {
    return undefined
  }
}

type Json = Readonly<Record<string, unknown>>

interface Message {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: Json
  readonly result?: Json
  readonly error?: { readonly message: string }
}

export class Tab {
  /** Errors and warnings of the console, exceptions, and failed requests. */
  readonly problems: Array<string> = []
  readonly #browser: Browser
  readonly #session: string

  constructor(browser: Browser, session: string) {
    this.#browser = browser
    this.#session = session
    browser.onEvent(session, (method, params) => this.#receive(method, params))
  }

  send(method: string, params: Json = {}): Promise<Json> {
    return this.#browser.send(method, params, this.#session)
  }

  async close(): Promise<void> {
    await this.send("Page.close")
  }

  /** Evaluates an expression. If its value is a promise, waits for the result. */
  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, awaitPromise: true, returnByValue: true }
    const { exceptionDetails, result } = (await this.send("Runtime.evaluate", options)) as {
      readonly exceptionDetails?: { readonly exception?: { readonly description?: string } }
      readonly result: { readonly value?: unknown }
    } // the protocol documents this result
    if (exceptionDetails !== undefined) {
      throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? "threw"}`)
    }
    return result.value
  }

  async until(expression: string): Promise<void> {
    const deadline = Date.now() + 20_000
    while ((await this.evaluate(`Boolean(${expression})`)) !== true) {
      if (Date.now() > deadline) {
        throw new Error(`${expression} did not become true in 20 s. Problems: ${this.problems.join("; ")}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  async open(url: string): Promise<void> {
    await this.send("Page.navigate", { url })
    await this.until("document.readyState === 'complete'")
  }

  async press(key: "Tab" | "Enter" | "Space" | "ArrowRight", shift = false): Promise<void> {
    const [code, text] = { Tab: [9, ""], Enter: [13, "\r"], Space: [32, " "], ArrowRight: [39, ""] }[key] as [
      number,
      string
    ] // every entry has this form
    const event = {
      key: key === "Space" ? " " : key,
      code: key,
      windowsVirtualKeyCode: code,
      modifiers: shift ? 8 : 0
    }
    await this.send("Input.dispatchKeyEvent", { type: text === "" ? "rawKeyDown" : "keyDown", text, ...event })
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event })
  }

  async type(text: string): Promise<void> {
    await this.evaluate("document.activeElement.select?.()")
    await this.send("Input.insertText", { text })
  }

  /** Presses Tab until an element has the focus. */
  async tabTo(selector: string): Promise<void> {
    for (let presses = 0; presses < 200; presses++) {
      if ((await this.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)) === true) {
        return
      }
      await this.press("Tab")
    }
    throw new Error(`Tab does not reach ${selector}`)
  }

  #receive(method: string, params: Json): void {
    const text = JSON.stringify(params)
    if (method === "Runtime.exceptionThrown") {
      this.problems.push(`exception: ${text}`)
    } else if (method === "Log.entryAdded" || method === "Runtime.consoleAPICalled") {
      if (/"(?:level|type)":"(?:error|warning|assert)"/.test(text)) {
        this.problems.push(`${method}: ${text}`)
      }
    }
  }
}

export class Browser {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (message: Message) => void>()
  readonly #listeners = new Map<string, (method: string, params: Json) => void>()
  #lastId = 0

  private constructor(process: ChildProcess, folder: string, socket: WebSocket) {
    this.#process = process
    this.#folder = folder
    this.#socket = socket
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data)) as Message)) // every message of the protocol has this form
  }

  static async start(path: string): Promise<Browser> {
    const folder = mkdtempSync(join(tmpdir(), "kalshi-page-"))
    const child = spawn(path, [
      "--headless=new",
      "--no-sandbox", // Chromium needs this to run as root. The tests open only pages of this machine
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--remote-debugging-port=0",
      `--user-data-dir=${folder}`,
      "about:blank"
    ])
    const url = await new Promise<string>((resolve, reject) => {
      let text = ""
      child.stderr.on("data", (chunk: Buffer) => {
        text += chunk.toString()
        const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
        if (found !== undefined) resolve(found)
      })
      child.once("exit", () => reject(new Error(`Chromium ended: ${text}`)))
    })
    const socket = new WebSocket(url)
    await once(socket, "open")
    return new Browser(child, folder, socket)
  }

  onEvent(session: string, listener: (method: string, params: Json) => void): void {
    this.#listeners.set(session, listener)
  }

  async tab(width = 1440, height = 900): Promise<Tab> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" })
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true })
    const tab = new Tab(this, String(sessionId))
    for (const domain of ["Page", "Runtime", "Log"]) await tab.send(`${domain}.enable`)
    await tab.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 700 })
    return tab
  }

  send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = ++this.#lastId
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }))
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, result }) =>
        error === undefined ? resolve(result ?? {}) : reject(new Error(`${method}: ${error.message}`))
      )
    })
  }

  async stop(): Promise<void> {
    this.#socket.close()
    if (this.#process.exitCode === null) {
      this.#process.kill()
      await once(this.#process, "exit")
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #receive(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message)
      this.#waiting.delete(message.id)
    } else if (message.sessionId !== undefined && message.method !== undefined) {
      this.#listeners.get(message.sessionId)?.(message.method, message.params ?? {})
    }
  }
}
