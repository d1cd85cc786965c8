// The trace that an exported page carries in itself, plain or compressed.

const element = document.getElementById("trace");

/** True when this page is an export. */
export const embedded = (element?.textContent ?? "").trim() !== "";

/** The text of the carried trace. */
export async function embeddedText(): Promise<string> {
  const text = (element?.textContent ?? "").trim();
  if (element?.getAttribute("data-encoding") !== "gzip+base64") return text;
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

/** A notice that the export wrote, about states that it left out. */
export const exportNotice = element?.getAttribute("data-notice") ?? "";
