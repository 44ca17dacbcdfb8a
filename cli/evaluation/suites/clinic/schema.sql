CREATE TABLE "Clinics" (
    id integer PRIMARY KEY,
    "Name" text NOT NULL,
    "City" text NOT NULL
);
CREATE TABLE "Doctors" (
    id integer PRIMARY KEY,
    clinic_id integer NOT NULL REFERENCES "Clinics",
    "FullName" text NOT NULL,
    "Specialty" text -- NULL: not told
);
CREATE TABLE "Patients" (
    id integer PRIMARY KEY,
    "FullName" text NOT NULL,
    "Gender" text, -- NULL: not told
    "Insurance" text, -- 'public', 'private'; NULL: pays alone
    "HomeTown" text NOT NULL,
    registered_at timestamptz NOT NULL
);
CREATE TABLE "Appointments" (
    id integer PRIMARY KEY,
    patient_id integer NOT NULL REFERENCES "Patients",
    doctor_id integer NOT NULL REFERENCES "Doctors",
    "StartsAt" timestamptz NOT NULL,
    "Status" text NOT NULL, -- 'completed', 'cancelled', 'no-show'
    "Channel" text, -- 'phone', 'web', 'walk-in'; NULL: not written down
    "Minutes" integer -- NULL unless completed, and sometimes then
);
CREATE TABLE "Treatments" (
    id integer PRIMARY KEY,
    "Label" text NOT NULL,
    "Group" text NOT NULL
);
-- Several of an appointment, also of the same treatment.
CREATE TABLE "TreatmentLines" (
    id integer PRIMARY KEY,
    appointment_id integer NOT NULL REFERENCES "Appointments",
    treatment_id integer NOT NULL REFERENCES "Treatments",
    "Quantity" integer NOT NULL,
    given_at timestamptz NOT NULL
);
CREATE TABLE "Invoices" (
    id integer PRIMARY KEY,
    appointment_id integer NOT NULL REFERENCES "Appointments",
    "Amount" numeric(10, 2) NOT NULL,
    issued_at timestamp NOT NULL, -- without a zone: UTC
    "VoidedAt" timestamptz -- such an invoice does not count
);
-- Of an invoice none, one or several.
CREATE TABLE "Payments" (
    id integer PRIMARY KEY,
    invoice_id integer NOT NULL REFERENCES "Invoices",
    "Amount" numeric(10, 2) NOT NULL,
    "Method" text NOT NULL,
    paid_at timestamptz NOT NULL
);
CREATE TABLE "Reviews" (
    id integer PRIMARY KEY,
    appointment_id integer NOT NULL REFERENCES "Appointments",
    "Stars" integer, -- NULL: words alone
    "Comment" text NOT NULL,
    written_at timestamptz NOT NULL
);
