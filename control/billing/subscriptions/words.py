"""The few words that lines of subscriptions need besides the names of plans, in the languages of documents."""

from __future__ import annotations

from typing import Literal

Word = Literal["setup", "part", "usage", "late", "unused", "each", "wholesale", "commission"]
WORDS: dict[str, dict[Word, str]] = {
    "en": {
        "setup": "{name}: set-up",
        "part": "{name} ({days} of {all} days)",
        "usage": "{name}: {value} {unit} used, {included} included",
        "late": "{name}: {value} {unit} reported late",
        "unused": "{name}: unused from {day}",
        "each": "{name} (x {many})",
        "wholesale": "{name}: {many} sales in {month}, wholesale",
        "commission": "{name}: {many} sales in {month}, less commission",
    },
    "de": {
        "setup": "{name}: Einrichtung",
        "part": "{name} ({days} von {all} Tagen)",
        "usage": "{name}: {value} {unit} verbraucht, {included} enthalten",
        "late": "{name}: {value} {unit} nachgemeldet",
        "unused": "{name}: nicht genutzt ab {day}",
        "each": "{name} (x {many})",
        "wholesale": "{name}: {many} Verkäufe in {month}, Einkaufspreis",
        "commission": "{name}: {many} Verkäufe in {month}, abzüglich Provision",
    },
    "fr": {
        "setup": "{name} : mise en service",
        "part": "{name} ({days} jours sur {all})",
        "usage": "{name} : {value} {unit} consommés, {included} inclus",
        "late": "{name} : {value} {unit} signalés tardivement",
        "unused": "{name} : non utilisé à partir du {day}",
        "each": "{name} (x {many})",
        "wholesale": "{name} : {many} ventes en {month}, prix de gros",
        "commission": "{name} : {many} ventes en {month}, moins la commission",
    },
    "es": {
        "setup": "{name}: alta",
        "part": "{name} ({days} de {all} días)",
        "usage": "{name}: {value} {unit} consumidos, {included} incluidos",
        "late": "{name}: {value} {unit} notificados con retraso",
        "unused": "{name}: sin usar desde {day}",
        "each": "{name} (x {many})",
        "wholesale": "{name}: {many} ventas en {month}, precio mayorista",
        "commission": "{name}: {many} ventas en {month}, menos la comisión",
    },
    "ar": {
        "setup": "{name}: رسوم الإعداد",
        "part": "{name} ({days} من {all} يومًا)",
        "usage": "{name}: استهلاك {value} {unit}، منها {included} مشمولة",
        "late": "{name}: استهلاك متأخر {value} {unit}",
        "unused": "{name}: غير مستخدم اعتبارًا من {day}",
        "each": "{name} (x {many})",
        "wholesale": "{name}: {many} مبيعات في {month}، بسعر الجملة",
        "commission": "{name}: {many} مبيعات في {month}، بعد خصم العمولة",
    },
    "he": {
        "setup": "{name}: דמי הקמה",
        "part": "{name} ({days} מתוך {all} ימים)",
        "usage": "{name}: שימוש {value} {unit}, כלול {included}",
        "late": "{name}: שימוש שדווח באיחור {value} {unit}",
        "unused": "{name}: לא נוצל החל מ־{day}",
        "each": "{name} (x {many})",
        "wholesale": "{name}: {many} מכירות ב־{month}, מחיר סיטונאי",
        "commission": "{name}: {many} מכירות ב־{month}, בניכוי עמלה",
    },
}


def say(language: str, word: Word, **values: object) -> str:
    """A word in a language, or in English where there is none; at most as long as a line's description."""
    return WORDS.get(language, WORDS["en"])[word].format(**values)[:1000]
