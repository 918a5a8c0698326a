"""consumidor.gov.br, Brazil's public platform: one row a complaint, one file a month.

Columns are separated by semicolons, texts are UTF-8 or Windows' Western European (some files mix
both), days are written 31/12/2014, and one month was published without column names. Later
layouts leave out the day of opening; the day of closing then stands for it. Complaints have no
number of their own, so they are numbered by file and row. There are no orders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from detector.errors import BadInput
from training.tables.importers.damaged_names import DAMAGE, whole_names
from training.tables.importers.dump import (
    check_layout,
    decoded,
    dump_of,
    map_distinct,
    missing_in,
    plain,
)
from training.tables.importers.repeated_files import RepeatedFiles
from training.tables.parquet_files import ParquetFiles
from training.tables.reading.refusals import Refusals, Rows

NEEDED: Final = {
    "nome_fantasia": "Nome Fantasia",
    "grupo_problema": "Grupo Problema",
    "data_finalizacao": "Data Finalização",
}
OPENED: Final = "data_abertura"
HEADERLESS: Final = (
    "regiao", "uf", "cidade", "sexo", "faixa_etaria", "ano_abertura", "mes_abertura",
    "data_abertura", "data_resposta", "data_finalizacao", "tempo_resposta", "nome_fantasia",
    "segmento_de_mercado", "area", "assunto", "grupo_problema", "problema",
    "como_comprou_contratou", "procurou_empresa", "respondida", "situacao",
    "avaliacao_reclamacao", "nota_do_consumidor",
)  # fmt: skip
GROUPS: Final = {
    "atendimento_sac": "customer_service",
    "cobranca_contestacao": "billing",
    "contrato_oferta": "offer_not_honoured",
    "dados_pessoais_e_privacidade": "privacy",
    "entrega_do_produto": "not_received",
    "informacao": "misinformation",
    "saude_e_seguranca": "safety",
    "vicio_de_qualidade": "defective",
}
"""The platform's problem groups in English; other groups keep their own plain name."""
ACCENTED: Final = (
    "Cobrança / Contestação",
    "Informação",
    "Saúde e Segurança",
    "Vício de Qualidade",
)
"""The groups as the platform writes them, where a file may have lost their accents."""
COMPLAINTS: Final = pa.schema(
    [
        ("complaint_id", pa.string()),
        ("seller_id", pa.string()),
        ("filed_at", pa.timestamp("us", tz="UTC")),
        ("category", pa.string()),
    ]
)


def import_consumidor(
    paths: Sequence[Path], files: ParquetFiles, refusals: Refusals, warn: Callable[[str], None]
) -> None:
    """Write the complaints of monthly files."""
    stems = [path.name.split(".")[0] for path in paths]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise BadInput(f"two files are called {', '.join(twice)}; complaints are numbered by file")
    dumps = [dump_of(path, HEADERLESS) for path in paths]
    for dump in dumps:
        check_layout(dump, "consumidor", NEEDED)
    files.write("complaints", COMPLAINTS.empty_table())
    repeated = RepeatedFiles()
    for dump, stem in zip(dumps, stems, strict=True):
        opened = OPENED if OPENED in dump.names else "data_finalizacao"
        if opened != OPENED:
            warn(f"{dump.path}: has no Data Abertura; complaints are dated by Data Finalização")
        for rows in dump.batches(dump.names, refusals):
            repeated.add(dump.path, rows)
            files.write("complaints", _complaints(rows, stem, opened, refusals))
        repeated.check(dump.path)


def _complaints(rows: Rows, stem: str, opened: str, refusals: Refusals) -> pa.Table:
    sellers = map_distinct(
        decoded(rows.column("nome_fantasia")), lambda text: " ".join(text.split())
    )
    days = map_distinct(decoded(rows.column(opened)), _instant)
    groups = map_distinct(decoded(rows.column("grupo_problema")), _category)
    # Months that were put together by hand repeat the line of names.
    header = np.array([plain(seller or "") == "nome_fantasia" for seller in sellers], dtype=bool)
    rows.good &= ~header
    rows.refuse(missing_in(sellers), "nome_fantasia", "is missing")
    rows.refuse(missing_in(days), opened, "is no day written like 31/12/2014")
    rows.report(refusals)
    ids = [f"{stem}-{number}" for number in rows.numbers.tolist()]
    categories = [group or "unspecified" for group in groups]
    table = pa.table(
        [ids, sellers, pa.array(days, pa.int64()).cast(COMPLAINTS.field(2).type), categories],
        schema=COMPLAINTS,
    )
    return table.filter(pa.array(rows.good))


def _category(group: str) -> str:
    name = plain(_whole_group(group))
    return GROUPS.get(name, name) or "unspecified"


def _whole_group(group: str) -> str:
    return whole_names([group, *ACCENTED]).get(group, group) if DAMAGE in group else group


def _instant(text: str) -> int | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            moment = datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return int(moment.timestamp()) * 1_000_000
    return None
