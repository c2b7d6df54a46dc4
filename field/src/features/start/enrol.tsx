import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { setMeta } from "../../store/db";
import { Offline, Refusal } from "../../sync/http";
import { enrol, OtherPerson, signInWithPassword } from "../../sync/session";
import { problemWords, t, type Key } from "../../ui/i18n";
import { Button, Field, Note } from "../../ui/parts";
import { goInstead } from "../../ui/route";
import { context, openAgain, records, session } from "../common/app";
import { Languages } from "./languages";
import { Brand } from "./outside";

function guessDevice(): string {
  const model = /Android [\d.]+; ([^;)]+?)(?: Build|\))/.exec(navigator.userAgent)?.[1];
  if (model && model !== "K") return model;
  return /iPhone/.test(navigator.userAgent) ? "iPhone" : t("start.my_phone");
}

/** The code of an enrolment link, e.g. `/app/#enrol=123456`. */
export function codeInAddress(): string {
  return /^#enrol=(\d{6})$/.exec(location.hash)?.[1] ?? "";
}

export function Enrol(): JSX.Element {
  const [code, setCode] = useState(codeInAddress());
  const [device, setDevice] = useState(guessDevice());
  const [byName, setByName] = useState(false);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<{ title: string; todo: string } | null>(null);
  const again = !!session.value;
  const kept = records.value.filter((record) => record.state === "waiting" || record.state === "refused" || record.state === "blocked").length;
  useEffect(() => {
    // A link opened while the app was already open: its code goes into the form.
    const take = () => { const given = codeInAddress(); if (given) setCode(given); };
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!byName && !/^\d{6}$/.test(code)) return setFault({ title: t("start.code_short"), todo: t("start.code_short_todo") });
    setBusy(true);
    setFault(null);
    try {
      if (byName) await signInWithPassword(context, username.trim(), password, device.trim() || guessDevice());
      else await enrol(context, code, device.trim() || guessDevice());
      await openAgain();
      goInstead("households");
    } catch (error) {
      setFault(faultWords(error));
      setBusy(false);
    }
  };
  return (
    <main class="start">
    <form onSubmit={(event) => void submit(event)} data-testid="enrol">
      <Brand />
      <h1>{t(again ? "start.again" : "start.title")}</h1>
      {again && <Note tone="waiting">{t("start.again_why", { name: session.value!.user.name, n: kept })}</Note>}
      {byName ? (
        <>
          <Field label={t("start.username")}><input name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck={false} value={username} onInput={(event) => setUsername(event.currentTarget.value)} /></Field>
          <Field label={t("start.password")}><input name="password" type="password" autocomplete="current-password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} /></Field>
        </>
      ) : (
        <Field label={t("start.code")} hint={t("start.code_hint")}>
          <input name="code" class="digits" type="text" inputMode="numeric" autocomplete="one-time-code" maxLength={6} value={code} placeholder="······"
            onInput={(event) => setCode(event.currentTarget.value.replace(/\D/g, "").slice(0, 6))} />
        </Field>
      )}
      <Field label={t("start.device")} hint={t("start.device_hint")}>
        <input name="device" type="text" autocomplete="off" maxLength={60} value={device} onInput={(event) => setDevice(event.currentTarget.value)} />
      </Field>
      {fault && <Note tone="bad"><b>{fault.title}</b><p>{fault.todo}</p></Note>}
      <Button kind="main" icon="check" type="submit" disabled={busy}>{t(busy ? "start.checking" : "start.enter")}</Button>
      <Button kind="quiet" onClick={() => { setByName(!byName); setFault(null); }} id="by-name">{t(byName ? "start.with_code" : "start.with_name")}</Button>
      <Languages onChosen={(chosen) => void setMeta(context.db, "language", chosen)} />
    </form>
    </main>
  );
}

function faultWords(error: unknown): { title: string; todo: string } {
  if (error instanceof Refusal) return problemWords(error.problem);
  if (error instanceof OtherPerson) return { title: t("start.other_person", { name: error.person }), todo: t("start.other_person_todo", { name: error.person }) };
  if (error instanceof Offline) {
    if (error.problem?.title) return problemWords(error.problem);
    return { title: t(`status.offline_${error.why}` as Key), todo: t(error.why === "portal" ? "start.portal_todo" : "start.offline_todo") };
  }
  return { title: t("problem.unknown_title"), todo: t("problem.unknown_todo") };
}
