-- Which bytes are in work, looked up for each job that is reserved.
CREATE INDEX job_leased ON job (file) WHERE state = 'leased';
