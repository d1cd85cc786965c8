// Seeded random values for property tests; a failure names the seed.

export class Random {
  constructor(private seed: number) {}

  below(n: number): number {
    this.seed = (Math.imul(this.seed ^ (this.seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (this.seed >>> 7) % n;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A random ITF value of limited depth. */
  value(depth = 3): unknown {
    const some = (n: number): unknown[] => Array.from({ length: this.below(n) }, () => this.value(depth - 1));
    switch (depth <= 0 ? this.below(3) : this.below(9)) {
      case 0:
        return { "#bigint": String(this.below(5)) };
      case 1:
        return this.pick(["a", "b", "c.d", "e f", ""]);
      case 2:
        return this.below(2) === 0;
      case 3:
        return some(4);
      case 4:
        return { "#tup": some(3) };
      case 5:
        return { "#set": unique(some(4)) };
      case 6:
        return { "#map": unique(some(4)).map((k) => [k, this.value(depth - 1)]) };
      case 7:
        return { tag: this.pick(["None", "Some", "Leader"]), value: this.below(2) === 0 ? { "#tup": [] } : this.value(depth - 1) };
      default:
        return Object.fromEntries(["x", "y", "z.w"].filter(() => this.below(3) > 0).map((k) => [k, this.value(depth - 1)]));
    }
  }

  /** The value with a few places inside it altered. */
  altered(v: unknown): unknown {
    if (this.below(4) === 0) return this.value(2);
    if (Array.isArray(v)) {
      const copy = v.slice();
      if (copy.length > 0 && this.below(2) === 0) copy.splice(this.below(copy.length), 1);
      else copy.splice(this.below(copy.length + 1), 0, this.value(1));
      return copy;
    }
    if (typeof v === "object" && v !== null) {
      const o = v as Record<string, unknown>;
      if (Array.isArray(o["#map"])) return { "#map": (o["#map"] as [unknown, unknown][]).map(([k, x]) => [k, this.below(2) === 0 ? this.altered(x) : x]) };
      if (Array.isArray(o["#set"])) return { "#set": unique([...(o["#set"] as unknown[]).slice(this.below(2)), this.value(1)]) };
      if ("#bigint" in o || "#tup" in o) return this.value(1);
      if ("tag" in o) return { tag: o["tag"], value: this.altered(o["value"]) };
      return Object.fromEntries(Object.entries(o).map(([k, x]) => [k, this.below(2) === 0 ? this.altered(x) : x]));
    }
    return this.value(1);
  }
}

function unique(items: unknown[]): unknown[] {
  const seen = new Map(items.map((x) => [JSON.stringify(x), x]));
  return [...seen.values()];
}
