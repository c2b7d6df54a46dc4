import type { JSX } from "preact";
import type { Language } from "../../core/messages";
import { Icon } from "../../ui/icons";
import { language, LANGUAGES, speak } from "../../ui/i18n";

const OWN_NAMES: Record<Language, string> = { vi: "Tiếng Việt", km: "ភាសាខ្មែរ", en: "English" };

/** Each language by its own name. `onChosen` keeps the choice (not in a browser where nothing is written). */
export function Languages({ onChosen }: { onChosen?: (chosen: Language) => void }): JSX.Element {
  return (
    <div class="languages" role="group" aria-label="Ngôn ngữ / ភាសា / Language">
      {LANGUAGES.map((one) => (
        <button type="button" key={one} lang={one} class={`answer${language.value === one ? " chosen" : ""}`} aria-pressed={language.value === one}
          data-testid={`language-${one}`} onClick={() => { void speak(one); onChosen?.(one); }}>
          {language.value === one && <Icon name="check" size={16} />}<span>{OWN_NAMES[one]}</span>
        </button>
      ))}
    </div>
  );
}
