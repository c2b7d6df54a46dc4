import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "../../ui/icons";
import { t, type Key } from "../../ui/i18n";
import { Button, Note } from "../../ui/parts";
import { offline, progress, refusal, session, syncing, syncNow } from "../common/app";
import { problemWords } from "../../ui/i18n";
import { Brand } from "./outside";

const STEPS = ["who", "catalogue", "cell", "team"] as const;

/** The first filling of the phone, step by step in words; it resumes where it was cut. */
export function FirstSync(): JSX.Element {
  useEffect(() => { void syncNow(true); }, []);
  const now = progress.value;
  const at = now ? STEPS.indexOf(now.step as (typeof STEPS)[number]) : 0;
  const finished = now?.step === "done";
  const problem = refusal.value ? problemWords(refusal.value.problem) : null;
  const name = now?.name || session.value?.cells.find((cell) => cell.held)?.name || "";
  return (
    <main class="start" data-testid="first-sync">
      <Brand />
      <h1>{t("first.hello", { name: session.value?.user.name ?? "" })}</h1>
      <p>{t("first.wait")}</p>
      <ol class="progress">
        {STEPS.map((step, index) => (
          <li key={step} class={finished || index < at ? "done" : index === at ? "current" : ""}>
            <Icon name={finished || index < at ? "sent" : index === at ? "waiting" : "not_visited"} />
            <span>{t(`first.${step}` as Key, { name })}</span>
          </li>
        ))}
      </ol>
      <div class="bar" role="progressbar" aria-valuemin={0} aria-valuemax={4} aria-valuenow={finished ? 4 : Math.max(0, at)} aria-label={t("first.wait")}><i style={{ width: `${finished ? 100 : 8 + Math.max(0, at) * 23}%` }} /></div>
      {!syncing.value && (offline.value || problem) && (
        <Note tone="attention" action={<Button icon="send" onClick={() => void syncNow(true)}>{t("do.try_again")}</Button>}>
          {problem ? <><b>{problem.title}</b><p>{problem.todo}</p></> : <>{t(`status.offline_${offline.value ?? "network"}` as Key)} {t("first.resumes")}</>}
        </Note>
      )}
    </main>
  );
}
