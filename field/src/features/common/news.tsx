import type { JSX } from "preact";
import { t, type Key } from "../../ui/i18n";
import { Note } from "../../ui/parts";
import { news, newsRead, refusal } from "./app";
import { problemWords } from "../../ui/i18n";

/** What has to be said once: a hamlet taken off this phone, a verdict of the leader, a refusal of the whole request. */
export function News(): JSX.Element | null {
  const problem = refusal.value ? problemWords(refusal.value.problem) : null;
  if (!news.value.length && !problem) return null;
  return (
    <div class="news">
      {problem && <Note tone="attention"><b>{problem.title}</b><p>{problem.todo}</p></Note>}
      {news.value.map((item, at) => <Note key={at} tone="attention">{t(item.key as Key, item.params)}</Note>)}
      {news.value.length > 0 && <button type="button" class="button quiet" onClick={() => void newsRead()}><span>{t("do.understood")}</span></button>}
    </div>
  );
}
