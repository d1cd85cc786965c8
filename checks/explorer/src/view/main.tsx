// The page: picks what the address asks for, follows the colour scheme, takes dropped files.

import { effect } from "@preact/signals";
import { render } from "preact";
import { moment } from "../core/words.ts";
import { served } from "./api.ts";
import { ComparePage } from "./compare.tsx";
import { BranchStrip } from "./elsewhere.tsx";
import { embedded } from "./embedded.ts";
import { Foreign } from "./foreign.tsx";
import { Header } from "./header.tsx";
import { listen } from "./keys.ts";
import { Panels } from "./panels.tsx";
import { ReportPage } from "./report.tsx";
import { follow, Problem, RunsPage, Welcome } from "./runs.tsx";
import { scene } from "./scene.ts";
import { Sheet } from "./sheet.tsx";
import { SpacePage } from "./space.tsx";
import { Stage } from "./stage.tsx";
import { openFile, problem, step, theme, toast, trace, view } from "./store.ts";
import { Strip } from "./strip.tsx";

function Board() {
  const t = trace.value;
  if (t === null) return null;
  document.title = `${t.title}: ${moment(t, step.value)}`;
  return (
    <main class="board">
      <Header />
      <BranchStrip />
      {scene.value === null ? (
        <>
          <Strip />
          <Foreign t={t} />
        </>
      ) : (
        <>
          <Stage />
          <Strip />
          <Panels />
        </>
      )}
    </main>
  );
}

function Page() {
  const page = view.value.page;
  if (problem.value !== "") return <Problem text={problem.value} />;
  if (page === "trace" || page === "model") return trace.value === null ? !embedded && !served ? <Welcome /> : <main class="runs"><p class="muted">Reading …</p></main> : <Board />;
  if (page === "compare") return <ComparePage />;
  if (page === "space") return <SpacePage />;
  if (page === "report") return <ReportPage />;
  return <RunsPage />;
}

function App() {
  return (
    <>
      <Page />
      <Sheet />
      <div class="toast" role="status" aria-live="polite">
        {toast.value}
      </div>
    </>
  );
}

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});
addEventListener("dragover", (e) => e.preventDefault());
addEventListener("drop", (e) => {
  e.preventDefault();
  const file = e.dataTransfer?.files[0];
  if (file) void openFile(file);
});
listen();
const root = document.getElementById("app");
if (root) render(<App />, root);
if (served && !embedded) void follow();
