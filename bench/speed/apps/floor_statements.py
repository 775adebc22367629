"""The floor's statements: one a page, tuned by hand, for SQLite and PostgreSQL alike.

Different lists come in one result: each row has its kind and the texts a to f.
"""

OPEN = "('asked', 'draft', 'returned')"

HOME = f"""
SELECT 'unread' AS what, 0 AS id, 0 AS child, CAST(count(*) AS TEXT) AS a, '' AS b, '' AS c, '' AS d
  FROM message WHERE recipient_id = :me AND read_at IS NULL
UNION ALL SELECT * FROM (SELECT 'message', id, 0, subject, sender_name, CAST(created_at AS TEXT),
  CASE WHEN read_at IS NULL THEN 'unread' ELSE '' END FROM message WHERE recipient_id = :me ORDER BY id DESC LIMIT 5) AS m
UNION ALL SELECT * FROM (SELECT 'owed', f.id, c.id, c.forenames || ' ' || c.surname, t.title, CAST(f.due_on AS TEXT), f.state
  FROM form f JOIN child c ON c.id = f.child_id JOIN form_version v ON v.id = f.form_version_id
  JOIN form_template t ON t.id = v.template_id
  JOIN child_link l ON l.child_id = c.id AND l.person_id = :me AND l.ended_at IS NULL
  WHERE f.organisation_id = :body AND f.state IN {OPEN} AND c.merged_into_id IS NULL
  ORDER BY f.due_on IS NULL, f.due_on, f.id LIMIT 8) AS o
"""  # noqa: S608 - constants

MINE = f"""
WITH due AS (SELECT child_id, min(due_on) AS due_on FROM form
  WHERE organisation_id = :body AND state IN {OPEN} GROUP BY child_id),
mine AS (SELECT c.id, c.forenames || ' ' || c.surname AS name, CAST(c.date_of_birth AS TEXT) AS born, c.search_name,
  CASE WHEN due.child_id IS NULL THEN 1 ELSE 0 END AS idle, due.due_on
  FROM child_link l JOIN child c ON c.id = l.child_id LEFT JOIN due ON due.child_id = c.id
  WHERE l.person_id = :me AND l.ended_at IS NULL AND c.merged_into_id IS NULL
  ORDER BY due.due_on IS NULL, due.due_on, idle, c.search_name, c.id LIMIT 26)
SELECT mine.id, mine.name, mine.born,
  (SELECT r.state FROM form r WHERE r.child_id = mine.id AND r.kind = 'request' ORDER BY r.id LIMIT 1),
  f.id, t.title, CAST(f.due_on AS TEXT), f.state
FROM mine LEFT JOIN form f ON f.child_id = mine.id AND f.organisation_id = :body AND f.state IN {OPEN}
LEFT JOIN form_version v ON v.id = f.form_version_id LEFT JOIN form_template t ON t.id = v.template_id
ORDER BY mine.due_on IS NULL, mine.due_on, mine.idle, mine.search_name, mine.id, f.due_on
"""  # noqa: S608

ALL = """
SELECT c.id, c.forenames || ' ' || c.surname, CAST(c.date_of_birth AS TEXT), o.name, c.upn, c.nhs_number,
  CAST(c.created_at AS TEXT)
FROM child c LEFT JOIN organisation o ON o.id = c.setting_id WHERE c.merged_into_id IS NULL ORDER BY c.id DESC LIMIT 26
"""

SEARCH = ALL.replace("WHERE", "WHERE c.search_name >= :first AND c.search_name < :last AND").replace(
    "ORDER BY c.id DESC", "ORDER BY c.search_name, c.id"
)

CHILD = """
SELECT 'child' AS what, c.id, c.forenames || ' ' || c.surname AS a, CAST(c.date_of_birth AS TEXT) AS b, c.upn AS c,
  c.nhs_number AS d, o.name AS e, c.address || ' ' || c.postcode AS f
  FROM child c LEFT JOIN organisation o ON o.id = c.setting_id WHERE c.id = :child AND c.merged_into_id IS NULL
UNION ALL SELECT 'person', l.id, coalesce(p.first_name || ' ' || p.last_name, o.name), l.relationship_to_child, '', '', '', ''
  FROM child_link l LEFT JOIN ab_user p ON p.id = l.person_id LEFT JOIN organisation o ON o.id = l.organisation_id
  WHERE l.child_id = :child AND l.ended_at IS NULL
UNION ALL SELECT 'form', f.id, t.title, f.state, CAST(f.due_on AS TEXT), p.first_name || ' ' || p.last_name, f.kind,
  CAST(f.received_on AS TEXT)
  FROM form f JOIN form_version v ON v.id = f.form_version_id JOIN form_template t ON t.id = v.template_id
  LEFT JOIN ab_user p ON p.id = f.author_id WHERE f.child_id = :child
"""

SECTION = """
SELECT c.forenames || ' ' || c.surname, d.answers, d.version, CAST(d.saved_at AS TEXT)
FROM form f JOIN child c ON c.id = f.child_id
JOIN child_link l ON l.child_id = c.id AND l.person_id = :me AND l.ended_at IS NULL
JOIN section_draft d ON d.form_id = f.id AND d.section = :section
WHERE f.id = :form AND f.organisation_id = :body
"""

KEEP = """
INSERT INTO draft_revision (draft_id, number, answers, saved_by_id, saved_at, set_aside, created_at)
SELECT d.id, d.version, d.answers, d.saved_by_id, d.saved_at, :no, :now
FROM section_draft d JOIN form f ON f.id = d.form_id
JOIN child_link l ON l.child_id = f.child_id AND l.person_id = :me AND l.ended_at IS NULL
WHERE f.id = :form AND f.organisation_id = :body AND d.section = :section AND d.version = :version
"""

SAVE = """
UPDATE section_draft SET answers = :answers, saved_by_id = :me, saved_at = :now, version = version + 1
WHERE form_id = :form AND section = :section AND version = :version
"""

READ = """
SELECT c.forenames || ' ' || c.surname, t.key, t.title, f.state, p.first_name || ' ' || p.last_name,
  CAST(s.submitted_at AS TEXT), s.answers
FROM form f JOIN child c ON c.id = f.child_id JOIN form_version v ON v.id = f.form_version_id
JOIN form_template t ON t.id = v.template_id JOIN submission s ON s.form_id = f.id JOIN ab_user p ON p.id = s.submitted_by_id
WHERE f.id = :form ORDER BY s.number DESC LIMIT 1
"""
