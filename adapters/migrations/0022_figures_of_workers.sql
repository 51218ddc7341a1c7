-- figures that workers tell of themselves

ALTER TABLE work.workers ADD figures jsonb NOT NULL DEFAULT '[]';
