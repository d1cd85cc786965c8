// The fixture traces, read from the folder they are committed in.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTrace, type Trace } from "../../src/core/itf.ts";

export const folder = join(process.cwd(), "fixtures");
export const names = readdirSync(folder).filter((f) => f.endsWith(".itf.json")).map((f) => f.replace(".itf.json", ""));
export const text = (name: string): string => readFileSync(join(folder, `${name}.itf.json`), "utf8");
export const load = (name: string): Trace => readTrace(text(name), name);
