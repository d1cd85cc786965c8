// Skips drawing when the same things are asked for again. The compat package has this too, for ten times the bytes.

import { Component, h, type ComponentChild, type FunctionComponent } from "preact";

/** Lengths in pixels as a style; bare numbers mean nothing to the browser. */
export const px = (lengths: Record<string, number>): Record<string, string> => Object.fromEntries(Object.entries(lengths).map(([k, v]) => [k, `${v}px`]));

/** A component that draws again only when one of its properties is another value. Signals read inside still redraw it. */
export function memo<P extends object>(inner: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const now = this.props as Record<string, unknown>;
      return Object.keys(next).some((k) => (next as Record<string, unknown>)[k] !== now[k]);
    }
    override render(): ComponentChild {
      return h(inner as FunctionComponent<object>, this.props);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}
