"""What makes a migration dangerous for those who use the database meanwhile: rules over Postgres' own parse trees (libpg_query's JSON)."""
import json, re

# what goes wrong, and how to write it instead
RULES = {
    "syntax": ("Postgres' parser does not take it", "run it on a copy first"),
    "add-column-not-null": ("fails where the table has rows, or breaks those who insert without the column",
                            "add it with a constant DEFAULT; or nullable, backfill in batches, then CHECK (… IS NOT NULL) NOT VALID, VALIDATE, SET NOT NULL"),
    "add-column-rewrites": ("a value that is worked out per row rewrites the whole table, and nobody reads or writes it meanwhile",
                            "add the column without it, SET DEFAULT for new rows, and backfill in batches"),
    "index-not-concurrently": ("nobody writes to the table while the index is built", "CREATE INDEX CONCURRENTLY / REINDEX … CONCURRENTLY, outside of a transaction"),
    "drop-index-not-concurrently": ("waits for all who use the table, and everyone waits behind it", "DROP INDEX CONCURRENTLY, outside of a transaction"),
    "rename": ("whoever runs with the old name fails from this instant, and whoever has the new one failed until it",
               "expand: have both names (a second column kept equal by a trigger, or a view), move the readers, then contract"),
    "change-type": ("rewrites the table and its indexes, and nobody reads or writes it meanwhile; readers get another type",
                    "expand: a second column of the new type, kept equal by a trigger, backfill, move the readers, then contract"),
    "set-not-null": ("reads the whole table, and nobody reads or writes it meanwhile",
                     "ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID; VALIDATE CONSTRAINT in another transaction; then SET NOT NULL takes the check's word"),
    "constraint-not-valid": ("reads the whole table with writes locked out", "ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in another transaction"),
    "validate-with-add": ("the lock of ADD CONSTRAINT is held while the whole table is read", "VALIDATE CONSTRAINT in a transaction after it"),
    "constraint-index": ("builds its index with reads and writes locked out", "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX"),
    "drop": ("what still uses it fails, and what was in it is gone",
             "drop when nothing uses it any more, in a file of its own that says so: -- lint: contract because …"),
    "exclusive-lock": ("nobody uses the table while this runs", "leave it out of migrations; pg_repack, DELETE in batches, REFRESH … CONCURRENTLY"),
    "whole-table-write": ("one transaction over every row: long locks, twice the room, and replicas that fall behind",
                          "in batches by key, each with a COMMIT: see 002_migrate_listed_on.sql"),
    "lock-timeout": ("while it waits for its lock, everyone who comes after waits behind it", "SET lock_timeout = '2s' before it, and try again later"),
    "concurrently-in-transaction": ("Postgres refuses it in a transaction", "put it in a file without one"),
    "backfill-with-ddl": ("the locks of the DDL are held until every row is written", "COMMIT between them, or a file each"),
    "unseen": ("SQL that is put together while it runs is not looked at", "write it out, or look yourself"),
    "mark": ("a mark that does nothing", "-- lint: allow RULE because REASON, right above the statement; -- lint: contract because REASON, at the top"),
}
STABLE = {"now", "transaction_timestamp", "statement_timestamp", "current_setting", "lower", "upper", "to_char", "date_trunc", "jsonb_build_object", "jsonb_build_array",
          "json_build_object", "coalesce", "md5", "make_interval", "current_schema", "timezone", "make_date", "left", "right", "length", "array_fill", "abs", "round"}
SERIAL = {"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"}
EXCLUSIVE = {"AT_SetLogged": "SET LOGGED", "AT_SetUnLogged": "SET UNLOGGED", "AT_SetTableSpace": "SET TABLESPACE", "AT_SetAccessMethod": "SET ACCESS METHOD"}
HARMLESS_NAMES = {"OBJECT_INDEX", "OBJECT_TABCONSTRAINT", "OBJECT_DOMCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE", "OBJECT_ROLE", "OBJECT_DATABASE"}
DROPPED = {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SCHEMA", "OBJECT_TYPE", "OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_SEQUENCE", "OBJECT_DOMAIN",
           "OBJECT_FOREIGN_TABLE", "OBJECT_EXTENSION"}


def strings(nodes):
    return [node["String"].get("sval", node["String"].get("str", "")) for node in nodes if "String" in node]


def table_of(relation):
    return f"{relation.get('schemaname', 'public')}.{relation['relname']}"


def type_of(type_name):
    """Its name without pg_catalog, and its modifiers; an array's has [] at its end."""
    names = [name for name in strings(type_name.get("names", [])) if name != "pg_catalog"]
    mods = [number(mod) for mod in type_name.get("typmods", [])]
    return ".".join(names) + "[]" * len(type_name.get("arrayBounds", [])), mods


def number(node):
    value = node.get("A_Const", {})
    return (value.get("ival") or value.get("val", {}).get("Integer") or {}).get("ival", 0)


def text(node):
    """A constant's text, as SET takes it."""
    value = node.get("A_Const", {})
    for kind in (value, value.get("val", {})):
        for one in ("sval", "String", "ival", "Integer", "fval", "Float"):
            if one in kind:
                return str(next(iter(kind[one].values()), 0))
    return ""


def functions_in(node):
    """Of an expression, the names of those functions that may be volatile."""
    if isinstance(node, list):
        return [name for one in node for name in functions_in(one)]
    if not isinstance(node, dict):
        return []
    found = []
    if "FuncCall" in node:
        name = strings(node["FuncCall"].get("funcname", []))[-1]
        found = [] if name in STABLE else [name]
    return found + [name for one in node.values() for name in functions_in(one)]


def safe_widening(old, new):
    if old is None:
        return False
    (name, mods), (wider, width) = old, new
    if name in ("varchar", "text") and wider == "text":
        return True
    if name == wider == "varchar":
        return not width or bool(mods) and width[0] >= mods[0]
    if name == wider == "numeric":
        scale = lambda all_mods: all_mods[1] if len(all_mods) > 1 else 0  # noqa: E731
        return not width or bool(mods) and width[0] >= mods[0] and scale(width) == scale(mods)
    if name == wider and name in ("timestamp", "timestamptz", "time", "timetz", "interval", "varbit"):
        return not width or bool(mods) and width[0] >= mods[0]
    return old == new


def not_null_columns(node):
    """Which columns a CHECK says to be not null, with AND between."""
    if not isinstance(node, dict):
        return set()
    test = node.get("NullTest")
    if test and test.get("nulltesttype") == "IS_NOT_NULL" and "ColumnRef" in test["arg"]:
        return {strings(test["arg"]["ColumnRef"]["fields"])[-1]}
    both = node.get("BoolExpr")
    if both and both.get("boolop") == "AND_EXPR":
        return set().union(*map(not_null_columns, both["args"]))
    return set()


def names_columns(node):
    if isinstance(node, list):
        return any(map(names_columns, node))
    return isinstance(node, dict) and ("ColumnRef" in node or any(map(names_columns, node.values())))


def chooses_rows(where):
    """Whether a WHERE asks something of the row: true, 1 = 1 and the like let every row through."""
    either = where.get("BoolExpr", {})
    if either.get("boolop") == "OR_EXPR":
        return all(map(chooses_rows, either["args"]))
    constant = where.get("A_Const", {}).get("boolval")
    return names_columns(where) or constant is not None and not constant.get("boolval")


class Schema:
    """What files and dumps have told so far."""

    def __init__(self):
        self.types, self.checks, self.indexes = {}, {}, {}


class Linter:
    """Goes through the statements of one file. `found(rule, what)` is called for each finding."""

    def __init__(self, schema, found, in_transaction):
        self.schema, self.found, self.whole = schema, found, in_transaction
        self.created, self.timeout, self.local_timeout = set(), False, False
        self.begin() if in_transaction else self.end()

    def begin(self):
        self.transaction, self.locked, self.added = True, False, set()

    def end(self):
        self.transaction, self.locked, self.added, self.local_timeout = self.whole, False, set(), False

    # -- common to rules

    def new(self, relation):
        return table_of(relation) in self.created or relation.get("relpersistence") == "t"

    def locks(self, what):
        """DDL that others wait behind."""
        self.locked = self.locked or self.transaction
        if not self.timeout and not self.local_timeout:
            self.timeout = True  # once for a file
            self.found("lock-timeout", what)

    def refuse_transaction(self, what):
        if self.transaction:
            self.found("concurrently-in-transaction", what)

    def writes(self, relation, where, verb):
        if self.new(relation):
            return
        if where is None or where and not chooses_rows(where):
            self.found("whole-table-write", f"{verb} {table_of(relation)} without WHERE")
        if self.locked:
            self.found("backfill-with-ddl", f"{verb} {table_of(relation)} in one transaction with DDL")

    # -- statements

    def statement(self, kind, node):
        for one in node.get("withClause", {}).get("ctes", []):
            self.statement(*next(iter(one["CommonTableExpr"]["ctequery"].items())))
        visit = getattr(self, kind, None)
        if visit:
            visit(node)

    def TransactionStmt(self, node):
        kind = node["kind"]
        if kind in ("TRANS_STMT_BEGIN", "TRANS_STMT_START"):
            self.begin()
        elif kind in ("TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK"):
            self.end()

    def VariableSetStmt(self, node):
        if node.get("name") == "lock_timeout" or node["kind"] == "VAR_RESET_ALL":
            self.set_timeout(text(node["args"][0]) if node.get("args") else "0", node.get("is_local", False))

    def DiscardStmt(self, node):
        if node["target"] == "DISCARD_ALL":
            self.set_timeout("0", False)

    def set_timeout(self, value, local):
        on = not re.match(r"0+\D*$", value or "0")
        if not local:
            self.timeout = on
        elif self.transaction:
            self.local_timeout = on

    def SelectStmt(self, node):
        for target in node.get("targetList", []):
            call = target.get("ResTarget", {}).get("val", {}).get("FuncCall", {})
            arguments = call.get("args", [])
            if strings(call.get("funcname", []))[-1:] == ["set_config"] and len(arguments) == 3 and text(arguments[0]) == "lock_timeout":
                self.set_timeout(text(arguments[1]), "boolval" in json.dumps(arguments[2]) and "true" in json.dumps(arguments[2]))

    def CreateStmt(self, node):
        table = table_of(node["relation"])
        if node.get("if_not_exists") and any(of == table for of, _ in self.schema.types):
            return  # it is there, and nothing is made
        self.created.add(table)
        for element in node.get("tableElts", []):
            for constraint in [element, *element.get("ColumnDef", {}).get("constraints", [])]:
                other = constraint.get("Constraint", {}).get("pktable")
                if other and not self.new(other):
                    self.locks(f"CREATE TABLE {table} REFERENCES {table_of(other)}")
            if "ColumnDef" in element:
                self.learn_column(table, element["ColumnDef"])
            elif "Constraint" in element:
                self.learn_check(table, element["Constraint"])

    def CreateTableAsStmt(self, node):
        self.created.add(table_of(node["into"]["rel"]))

    def learn_column(self, table, column):
        self.schema.types[table, column["colname"]] = type_of(column["typeName"])

    def learn_check(self, table, constraint):
        if constraint["contype"] == "CONSTR_CHECK":
            self.schema.checks[table, constraint.get("conname")] = (not_null_columns(constraint.get("raw_expr")), not constraint.get("skip_validation"))

    def IndexStmt(self, node):
        relation = node["relation"]
        self.schema.indexes[node.get("idxname")] = table_of(relation)
        what = f"CREATE INDEX {node.get('idxname', '')} ON {table_of(relation)}"
        if node.get("concurrent"):
            self.refuse_transaction(what)
        elif not self.new(relation):
            self.found("index-not-concurrently", what)
            self.locks(what)

    def ReindexStmt(self, node):
        if any(one["DefElem"]["defname"] == "concurrently" for one in node.get("params", [])) or node.get("concurrent"):
            self.refuse_transaction("REINDEX CONCURRENTLY")
        elif "relation" not in node or not self.new(node["relation"]):
            self.found("index-not-concurrently", "REINDEX")
            self.locks("REINDEX")

    def DropStmt(self, node):
        kind = node["removeType"]
        names = []
        for one in node["objects"]:
            parts = strings(one.get("List", {}).get("items", [])) or strings(one.get("TypeName", {}).get("names", [])) \
                or strings(one.get("ObjectWithArgs", {}).get("objname", [])) or strings([one])
            names.append(".".join(parts[-2:]) if len(parts) > 1 else "public." + "".join(parts))
        what = f"DROP {kind.removeprefix('OBJECT_')} {', '.join(names)}"
        if kind == "OBJECT_INDEX":
            if node.get("concurrent"):
                self.refuse_transaction(what)
            elif not all(self.schema.indexes.get(name.split(".")[-1]) in self.created for name in names):
                self.found("drop-index-not-concurrently", what)
                self.locks(what)
        elif kind in DROPPED and not all(name in self.created for name in names):
            self.found("drop", what)
            self.locks(what)
        elif kind in ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"):
            self.locks(what)

    def DropOwnedStmt(self, node):
        self.found("drop", "DROP OWNED")
        self.locks("DROP OWNED")

    def DropdbStmt(self, node):
        self.found("drop", f"DROP DATABASE {node['dbname']}")

    def CompositeTypeStmt(self, node):
        self.created.add(table_of(node["typevar"]))

    def RenameStmt(self, node):
        self.moved(node["renameType"], node, f"RENAME {node.get('subname', '')} TO {node.get('newname', '')}")

    def AlterObjectSchemaStmt(self, node):
        self.moved(node["objectType"], node, f"SET SCHEMA {node['newschema']}")

    def moved(self, kind, node, what):
        relation = node.get("relation")
        if relation and self.new(relation):
            if kind == "OBJECT_TABLE" and "newname" in node:
                self.created.add(f"{relation.get('schemaname', 'public')}.{node['newname']}")
        elif kind not in HARMLESS_NAMES:
            what = f"{table_of(relation)}: {what}" if relation else what
            self.found("rename", what)
            self.locks(what)

    def AlterTableStmt(self, node):
        relation = node["relation"]
        table, new = table_of(relation), self.new(relation)
        commands = [one["AlterTableCmd"] for one in node["cmds"]]
        if node.get("objtype", node.get("relkind")) == "OBJECT_TYPE" and not new:
            for command in commands:
                if command["subtype"] in ("AT_DropColumn", "AT_AlterColumnType"):
                    self.found("drop" if command["subtype"] == "AT_DropColumn" else "change-type", f"attribute {table}.{command['name']}")
        if node.get("objtype", node.get("relkind")) not in ("OBJECT_TABLE", "OBJECT_FOREIGN_TABLE"):
            return
        # VALIDATE lets others read and write
        if not new and any(one["subtype"] != "AT_ValidateConstraint" for one in commands):
            self.locks(f"ALTER TABLE {table}")
        for command in commands:
            visit = getattr(self, command["subtype"], None)
            if visit:
                visit(table, new, command)
            elif command["subtype"] in EXCLUSIVE and not new:
                self.found("exclusive-lock", f"ALTER TABLE {table} {EXCLUSIVE[command['subtype']]}")

    def AT_AddColumn(self, table, new, command):
        column = command["def"]["ColumnDef"]
        self.learn_column(table, column)
        if new:
            return
        what = f"{table}.{column['colname']}"
        parts = {one["Constraint"]["contype"]: one["Constraint"] for one in column.get("constraints", [])}
        default = parts.get("CONSTR_DEFAULT")
        if default and default["raw_expr"].get("A_Const", {}).get("isnull"):
            default = None
        kind, _ = type_of(column["typeName"])
        rewrites = [name for name, there in (("IDENTITY", "CONSTR_IDENTITY" in parts), (kind, kind in SERIAL),
                                             ("GENERATED … STORED", parts.get("CONSTR_GENERATED", {}).get("generated_kind", "s") in ("s", 115)
                                              and "CONSTR_GENERATED" in parts)) if there]
        rewrites += [f"DEFAULT {name}(), which is not known to be stable" for name in (functions_in(default["raw_expr"]) if default else [])]
        if rewrites:
            self.found("add-column-rewrites", f"{what}: {', '.join(rewrites)}")
        if "CONSTR_NOTNULL" in parts and not default and not rewrites and "CONSTR_GENERATED" not in parts:
            self.found("add-column-not-null", what)
        for contype in ("CONSTR_CHECK", "CONSTR_FOREIGN"):
            if contype in parts:
                self.found("constraint-not-valid", f"{what}: {contype.removeprefix('CONSTR_')} in ADD COLUMN")
        for contype in ("CONSTR_UNIQUE", "CONSTR_PRIMARY"):
            if contype in parts:
                self.found("constraint-index", f"{what}: {contype.removeprefix('CONSTR_')} in ADD COLUMN")

    def AT_AlterColumnType(self, table, new, command):
        column, changed = command["name"], command["def"]["ColumnDef"]
        old, now = self.schema.types.get((table, column)), type_of(changed["typeName"])
        self.schema.types[table, column] = now
        if not new and ("raw_default" in changed or not safe_widening(old, now)):
            known = f"from {shown(old)}" if old else "from a type that is not known here (--schema tells)"
            self.found("change-type", f"{table}.{column} {known} to {shown(now)}")

    def AT_SetNotNull(self, table, new, command):
        column = command["name"]
        held = any(of == table and validated and column in columns for (of, _), (columns, validated) in self.schema.checks.items())
        if not new and not held:
            self.found("set-not-null", f"{table}.{column}")

    def AT_AddConstraint(self, table, new, command):
        constraint = command["def"]["Constraint"]
        self.learn_check(table, constraint)
        kind, name = constraint["contype"], constraint.get("conname", "")
        self.added.add((table, name))
        if new:
            return
        what = f"{table}: {kind.removeprefix('CONSTR_')} {name}".rstrip()
        if kind in ("CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_NOTNULL") and not constraint.get("skip_validation"):
            self.found("constraint-not-valid", what)
        elif kind in ("CONSTR_UNIQUE", "CONSTR_PRIMARY") and not constraint.get("indexname") or kind == "CONSTR_EXCLUSION":
            self.found("constraint-index", what)

    def AT_ValidateConstraint(self, table, new, command):
        name = command["name"]
        columns, _ = self.schema.checks.get((table, name), (set(), True))
        self.schema.checks[table, name] = (columns, True)
        if self.transaction and (table, name) in self.added and not new:
            self.found("validate-with-add", f"{table}: {name}")

    def AT_DropConstraint(self, table, new, command):
        self.schema.checks.pop((table, command["name"]), None)

    def AT_DropColumn(self, table, new, command):
        self.schema.types.pop((table, command["name"]), None)
        if not new:
            self.found("drop", f"DROP COLUMN {table}.{command['name']}")

    def AlterDomainStmt(self, node):
        # every table with a column of it is read
        name = ".".join(strings(node["typeName"]))
        if node["subtype"] in ("C", 67) and not node["def"]["Constraint"].get("skip_validation"):
            self.found("constraint-not-valid", f"ALTER DOMAIN {name}")
        elif node["subtype"] in ("O", 79):
            self.found("set-not-null", f"ALTER DOMAIN {name}")

    def VacuumStmt(self, node):
        options = [one["DefElem"] for one in node.get("options", [])]
        if node.get("is_vacuumcmd"):
            self.refuse_transaction("VACUUM")
        if any(one["defname"] == "full" for one in options):
            self.found("exclusive-lock", "VACUUM FULL")

    def ClusterStmt(self, node):
        self.exclusive(node, "CLUSTER", [node["relation"]] if "relation" in node else [])

    def LockStmt(self, node):
        self.exclusive(node, "LOCK TABLE", [one["RangeVar"] for one in node["relations"]])

    def TruncateStmt(self, node):
        self.exclusive(node, "TRUNCATE", [one["RangeVar"] for one in node["relations"]])

    def RefreshMatViewStmt(self, node):
        if not node.get("concurrent"):
            self.exclusive(node, "REFRESH MATERIALIZED VIEW", [node["relation"]])

    def exclusive(self, node, what, relations):
        if not relations or not all(map(self.new, relations)):
            what = f"{what} {', '.join(map(table_of, relations))}".rstrip()
            self.found("exclusive-lock", what)
            self.locks(what)

    def CreateTrigStmt(self, node):
        if not self.new(node["relation"]):
            self.locks(f"CREATE TRIGGER ON {table_of(node['relation'])}")

    def ViewStmt(self, node):
        if node.get("replace"):
            self.locks(f"CREATE OR REPLACE VIEW {table_of(node['view'])}")

    def UpdateStmt(self, node):
        self.writes(node["relation"], node.get("whereClause"), "UPDATE")

    def DeleteStmt(self, node):
        self.writes(node["relation"], node.get("whereClause"), "DELETE FROM")

    def MergeStmt(self, node):
        self.writes(node["relation"], {}, "MERGE INTO")

    def InsertStmt(self, node):
        # rows that are written out are few
        if "fromClause" in node.get("selectStmt", {}).get("SelectStmt", {}):
            self.writes(node["relation"], {}, "INSERT INTO")


def shown(one):
    name, mods = one
    return name + (f"({','.join(map(str, mods))})" if mods else "")
