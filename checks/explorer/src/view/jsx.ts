// What the bundler writes for an element: children as arguments, which is shorter than as a property of each.
export { Fragment, h } from "preact";
