// Which steps get a column of their own, and which runs of uneventful steps fold into one.

/** A column of the axis: one step (`from == to`) or a folded run of steps. */
export interface Column {
  from: number;
  to: number;
}

/** A run shorter than this is not worth folding. */
export const SHORTEST_FOLD = 3;

/** Columns for `length` states, where every run of at least `SHORTEST_FOLD` steps that `keep` does not ask for folds into one. */
export function fold(length: number, keep: (i: number) => boolean): Column[] {
  const out: Column[] = [];
  for (let i = 0; i < length; ) {
    if (keep(i)) {
      out.push({ from: i, to: i });
      i++;
      continue;
    }
    let end = i;
    while (end < length && !keep(end)) end++;
    if (end - i >= SHORTEST_FOLD) out.push({ from: i, to: end - 1 });
    else for (let k = i; k < end; k++) out.push({ from: k, to: k });
    i = end;
  }
  return out;
}

/** Columns without any folding. */
export const unfolded = (length: number): Column[] => Array.from({ length }, (_, i) => ({ from: i, to: i }));

/** Position of the column that holds a step. */
export function columnOf(columns: readonly Column[], step: number): number {
  let lo = 0;
  let hi = columns.length - 1;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if ((columns[mid] as Column).to < step) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
