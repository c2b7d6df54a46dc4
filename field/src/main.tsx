import "./store/old-browsers";
import "@fontsource/be-vietnam-pro/vietnamese-400.css";
import "@fontsource/be-vietnam-pro/latin-400.css";
import "@fontsource/be-vietnam-pro/vietnamese-600.css";
import "@fontsource/be-vietnam-pro/latin-600.css";
import "./ui/base.css";
import "./ui/parts.css";
import "./ui/screens.css";
import { render, type JSX } from "preact";
import { ConflictsPage } from "./features/outbox/conflicts";
import { OutboxPage } from "./features/outbox/outbox";
import { HouseholdForm, PersonPage } from "./features/households/forms";
import { HouseholdPage } from "./features/households/household";
import { HouseholdList } from "./features/households/list";
import { MorePage, update, watchInstall } from "./features/more/more";
import { askToPersist, context, firstSyncDone, keepInStep, openApp, session, syncSoon, tables } from "./features/common/app";
import { openDrafts } from "./features/common/draft";
import { codeInAddress, Enrol } from "./features/start/enrol";
import { FirstSync } from "./features/start/first-sync";
import { OpenOutside } from "./features/start/outside";
import { TodayPage } from "./features/today/today";
import { VisitPage } from "./features/visit/visit";
import { getMeta, storageWorks } from "./store/db";
import { insideApp } from "./sync/browsers";
import { isLanguage, speak } from "./ui/i18n";
import { goInstead, route, watchRoute } from "./ui/route";

const root = document.getElementById("app")!;

function App(): JSX.Element {
  const [screen, id, what] = route.value;
  if (!session.value || screen === "sign-in" || (session.value.signed_out && codeInAddress())) return <Enrol />;
  if (!firstSyncDone.value) return <FirstSync />;
  switch (screen) {
    case "household":
      if (id === "new") return <HouseholdForm key="new" />;
      if (what === "visit") return <VisitPage key={id} household={id} />;
      if (what === "edit") return <HouseholdForm key={id} id={id} />;
      if (what === "person") return <PersonPage key={id} household={id} />;
      return <HouseholdPage key={id} id={id ?? ""} />;
    case "person":
      return <PersonPage key={id} id={id} />;
    case "visit":
      return <VisitPage key={id} visit={id} />;
    case "fix":
      if (id === "household") return <HouseholdForm key={what} id={known(what)} replaces={what} />;
      if (id === "person") return <PersonPage key={what} replaces={what} />;
      return <VisitPage key={what} replaces={what} />;
    case "today":
      return <TodayPage />;
    case "outbox":
      return <OutboxPage />;
    case "conflicts":
      return <ConflictsPage />;
    case "more":
      return <MorePage />;
    default:
      return <HouseholdList />;
  }
}

function known(_op: string | undefined): string | undefined {
  return undefined;
}

/** The enrolment code that came through an intent address goes back behind the `#`, out of the address of requests. */
function takeCodeFromQuery(): void {
  const code = new URLSearchParams(location.search).get("enrol");
  if (code && /^\d{6}$/.test(code)) history.replaceState(null, "", `${location.pathname}#enrol=${code}`);
}

async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  try {
    const registration = await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`, { scope: import.meta.env.BASE_URL });
    const offer = () => { if (registration.waiting && navigator.serviceWorker.controller) update.value = registration.waiting; };
    offer();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
    let had = !!navigator.serviceWorker.controller;
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      // A new release took over because the person asked for it; drafts are stored at every change.
      if (had) location.reload();
      had = true;
    });
  } catch {
    // without it the app works online; the next start tries again
  }
}

async function start(): Promise<void> {
  takeCodeFromQuery();
  const asked = new URLSearchParams(location.search).get("lang");
  const host = insideApp(navigator.userAgent);
  if (host || !(await storageWorks())) {
    await speak(isLanguage(asked) ? asked : "vi");
    render(<OpenOutside host={host ?? "no_storage"} />, root);
    return;
  }
  await openApp();
  const kept = await getMeta(context.db, "language");
  await speak(isLanguage(kept) ? kept : isLanguage(asked) ? asked : "vi");
  if (firstSyncDone.value && !route.value.length && !codeInAddress()) {
    // Killed in the middle of a visit: reopened where it was.
    const draft = (await openDrafts()).find((one) => one.startsWith("visit:") && tables.value.households.has(one.slice(6)));
    if (draft) goInstead("household", draft.slice(6), "visit");
  }
  watchRoute();
  watchInstall();
  render(<App />, root);
  keepInStep();
  void registerWorker();
  void askToPersist();
  if (session.value && firstSyncDone.value) syncSoon(200);
}

void start();
